import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SERVER = join(import.meta.dirname, '../../node_modules/yaml-language-server/bin/yaml-language-server');
const ANSWER_MS = 60_000;
const SETTINGS: Readonly<Record<string, unknown>> = {
  yaml: { schemaStore: { enable: false }, validate: true, completion: true, hover: true },
};

export interface Completion {
  readonly label: string;
  readonly kind?: number;
  readonly documentation?: string | { readonly value: string };
  readonly textEdit?: { readonly newText: string };
}

export interface Problem {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

interface Published {
  readonly uri: string;
  readonly diagnostics: readonly Problem[];
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/**
 * yaml-language-server, which is what VS Code, Neovim, Zed and others run for YAML, as an editor drives it: a process of
 * its own, spoken to on its standard input and output (Language Server Protocol 3.17). It is told to fetch nothing: the
 * schema is the one that a document names in its first line.
 */
export class LanguageServer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #diagnosed = new Map<string, (problems: readonly Problem[]) => void>();
  readonly #folder: string;
  #documents = 0;
  #buffer = Buffer.alloc(0);
  #requests = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#child = spawn(process.execPath, [SERVER, '--stdio']);
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      for (let message = this.#take(); message !== null; message = this.#take()) this.#hear(message);
    });
  }

  /** @param folder where the documents lie; each is a new one, and none is written */
  static async start(folder: string): Promise<LanguageServer> {
    const server = new LanguageServer(folder);
    await server.#ask('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {
        textDocument: {
          completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
          hover: { contentFormat: ['markdown'] },
        },
        workspace: { configuration: true },
      },
    });
    server.#tell('initialized', {});
    return server;
  }

  /** What is offered at the `|` of a document. */
  async complete(marked: string): Promise<readonly Completion[]> {
    const result = await this.#askAt('textDocument/completion', marked);
    return (result as { readonly items: readonly Completion[] }).items;
  }

  /** What is shown for the word at the `|` of a document, as Markdown; null: nothing. */
  async hover(marked: string): Promise<string | null> {
    const result = await this.#askAt('textDocument/hover', marked);
    return (result as { readonly contents: { readonly value: string } } | null)?.contents.value ?? null;
  }

  /** What is underlined in a document. */
  async problems(text: string): Promise<readonly Problem[]> {
    const uri = this.#newUri();
    const told = new Promise<readonly Problem[]>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no diagnostics')), ANSWER_MS);
      this.#diagnosed.set(uri, (problems) => {
        clearTimeout(late);
        resolve(problems);
      });
    });
    this.#open(uri, text);
    return await told;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    await this.#ask('shutdown', null);
    this.#tell('exit', null);
    await ended;
  }

  /** The `|` is the last one, since blocks of text begin with one too. */
  async #askAt(method: string, marked: string): Promise<unknown> {
    const at = marked.lastIndexOf('|');
    const before = marked.slice(0, at).split('\n');
    const uri = this.#newUri();
    this.#open(uri, marked.slice(0, at) + marked.slice(at + 1));
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    return await this.#ask(method, { textDocument: { uri }, position });
  }

  #newUri(): string {
    this.#documents++;
    return pathToFileURL(join(this.#folder, `${this.#documents}.yaml`)).href;
  }

  #open(uri: string, text: string): void {
    this.#tell('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
  }

  #ask(method: string, params: unknown): Promise<unknown> {
    this.#requests++;
    const id = this.#requests;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method}: no answer`)), ANSWER_MS);
      this.#waiting.set(id, ({ result, error }) => {
        clearTimeout(late);
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      this.#send({ id, method, params });
    });
  }

  #tell(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  /** The next whole message that has come, or null. */
  #take(): Message | null {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString('latin1', 0, end))?.[1]);
    const whole = end + 4 + length;
    if (this.#buffer.length < whole) return null;
    const body = this.#buffer.toString('utf8', end + 4, whole);
    this.#buffer = this.#buffer.subarray(whole);
    return JSON.parse(body);
  }

  #hear(message: Message): void {
    const { id, method } = message;
    if (method === undefined) {
      this.#waiting.get(Number(id))?.(message);
      this.#waiting.delete(Number(id));
    } else if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = message.params as Published;
      this.#diagnosed.get(uri)?.(diagnostics);
    } else if (id !== undefined) this.#send({ id, result: this.#answer(message) } as Message);
  }

  /** What the server asks of its editor: its settings, section by section; the rest is only noted. */
  #answer({ method, params }: Message): unknown {
    if (method !== 'workspace/configuration') return null;
    const { items } = params as { readonly items: readonly { readonly section: string }[] };
    return items.map(({ section }) => SETTINGS[section] ?? null);
  }
}
