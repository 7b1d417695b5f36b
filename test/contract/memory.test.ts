import { testEach } from './contract.ts';
import { openMemory } from './memory-port.ts';

testEach('launchctl in memory, for an ordinary user', () => openMemory(501));
testEach('launchctl in memory, for root', () => openMemory(0));
