import { describe, expect, it } from 'vitest';
import { codes, only, parse } from './host.ts';

const stdout = (text: string, head = ''): string | undefined =>
  only(
    parse(
      `version: 1\nname: dots\n${head}\ninstances: { web: { command: x, stdout: ${JSON.stringify(text)} } }`,
    ),
  ).fields.stdout;

describe('${…}', () => {
  it.each([
    ['${instance}', 'web'],
    ['${label}', 'local.dots.web'],
    ['${name}', 'dots'],
    ['${home}/x', '/home/kim/x'],
    ['${user}:${uid}', 'kim:501'],
    ['${host}', 'studio'],
    ['${config_dir}/run', '/home/kim/dots/run'],
    ['${env.EDITOR}', 'vi'],
    ['${env.PAGER:-less}', 'less'],
    ['${env.EMPTY:-full}', 'full'],
    ['${env.EMPTY}', ''],
    ['${env.PAGER:-a:-b}', 'a:-b'],
    ['a$$b', 'a$b'],
    ['$${home}', '${home}'],
    ['$$$${home}', '$${home}'],
    ['$$${user}', '$kim'],
    ['$HOME costs 5$', '$HOME costs 5$'],
  ])('%s is %s', (text, expected) => {
    if (expected === '')
      expect(
        only(parse(`version: 1\ninstances: { web: { command: x, description: "${text}" } }`)).fields
          .description,
      ).toBe('');
    else expect(stdout(text)).toBe(expected);
  });

  it('takes variables, whose text is not looked at again', () => {
    const head = 'vars: { home: "${home}/v", cost: "$${user}", port: 8080, on: true }';
    expect(stdout('${vars.home} ${vars.cost} ${vars.port} ${vars.on}', head)).toBe(
      '/home/kim/v ${user} 8080 true',
    );
  });

  it('names the final label everywhere but in the label', () => {
    const { fields } = only(
      parse(`version: 1
templates: { t: { label: "com.example.\${instance}", command: ["\${label}"], launchd: { A: ["\${label}"] } } }
instances: { web: { template: t, environment: { ME: "\${label}" } } }
`),
    );
    expect(fields).toMatchObject({
      label: 'com.example.web',
      command: ['com.example.web'],
      environment: { ME: 'com.example.web' },
      launchd: { entries: { A: ['com.example.web'] } },
    });
  });

  it('leaves keys and scripts alone', () => {
    const { fields } = only(
      parse('version: 1\ninstances: { web: { script: "echo ${USER} $$", environment: { "${user}": x } } }'),
    );
    expect(fields.script).toBe('echo ${USER} $$');
    expect(Object.keys(fields.environment ?? {})).toEqual(['${user}']);
  });

  it('judges what comes out', () => {
    const text =
      'version: 1\nvars: { l: com.apple.x }\ninstances: { web: { command: x, label: "${vars.l}" } }\n';
    expect(codes(parse(text))).toEqual(['3:40 label/apple']);
  });

  it('finds each wrong name in its text', () => {
    const text =
      'version: 1\ninstances:\n  web:\n    command: |\n      one ${a}\n      two ${b}\n    stdout: "\\t${c}"\n';
    expect(codes(parse(text))).toEqual([
      '5:11 interpolation/unknown-name',
      '6:11 interpolation/unknown-name',
      '7:16 interpolation/unknown-name',
    ]);
  });
});

describe('when', () => {
  it.each([
    ['{os: macos}', false],
    ['{os: linux}', true],
    ['{os: [linux, macos]}', false],
    ['{os: "mac*"}', false],
    ['{host: STUDIO}', false],
    ['{host: "st*o"}', false],
    ['{host: [lab-1, "s?udio"]}', false],
    ['{host: "[a-c]*"}', true],
    ['{user: Kim}', true],
    ['{host: studio, user: root}', true],
    ['{host: studio, user: "${user}", arch: arm64}', false],
    ['{}', false],
    ['null', false],
  ])('%s excludes: %s', (when, excluded) => {
    expect(only(parse(`version: 1\ninstances: { web: { command: x, when: ${when} } }`)).excluded).toBe(
      excluded,
    );
  });

  it('does not ask for variables that an excluded instance would have elsewhere', () => {
    const text = (os: string): string =>
      `version: 1\ninstances: { web: { command: "\${env.ONLY_THERE}/x", when: { os: ${os} } } }`;
    expect(parse(text('linux')).diagnostics).toEqual([]);
    expect(codes(parse(text('macos')))).toEqual(['2:31 interpolation/unknown-name']);
  });
});
