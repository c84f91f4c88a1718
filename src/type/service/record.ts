import { withRun } from '../command-text.ts';
import type { CommandRecord, CommandReference, MainRecord, Memory, Process, ProcessExit } from './state.ts';
import type { Turn } from './turn.ts';

/** Notes that the main process runs. */
export function recordMainStart(memory: Memory, main: Process): Memory {
  const mainRecord: MainRecord = {
    pid: main.pid ?? 0,
    startUsec: main.startUsec,
    startRealtimeUsec: main.startRealtimeUsec,
    exitUsec: 0,
    exitRealtimeUsec: 0,
    exit: null,
  };
  return { ...memory, mainKnown: true, mainRecord, records: recordsWithStart(memory.records, main) };
}

/** Notes that a control process runs. */
export function recordControlStart(memory: Memory, control: Process): Memory {
  return { ...memory, records: recordsWithStart(memory.records, control) };
}

/** Notes how the main process ended. */
export function recordMainExit(turn: Turn, memory: Memory, main: Process, exit: ProcessExit): Memory {
  const { now, realtimeUsec } = turn.context;
  const mainRecord: MainRecord = {
    pid: main.pid ?? 0,
    startUsec: main.startUsec,
    startRealtimeUsec: main.startRealtimeUsec,
    exitUsec: now,
    exitRealtimeUsec: realtimeUsec,
    exit,
  };
  return { ...memory, mainRecord, records: recordsWithExit(turn, memory.records, main, exit) };
}

/** Notes how a control process ended. */
export function recordControlExit(turn: Turn, memory: Memory, control: Process, exit: ProcessExit): Memory {
  return { ...memory, records: recordsWithExit(turn, memory.records, control, exit) };
}

function recordsWithStart(records: readonly CommandRecord[], child: Process): readonly CommandRecord[] {
  return child.command === null ? records : withRun(records, recordOf(child, child.command, 0, null));
}

function recordsWithExit(turn: Turn, records: readonly CommandRecord[], child: Process, exit: ProcessExit): readonly CommandRecord[] {
  return child.command === null ? records : withRun(records, recordOf(child, child.command, turn.context.realtimeUsec, exit));
}

function recordOf(child: Process, command: CommandReference, exitRealtimeUsec: number, exit: ProcessExit | null): CommandRecord {
  return {
    list: command.list,
    index: command.index,
    pid: child.pid ?? 0,
    startRealtimeUsec: child.startRealtimeUsec,
    exitRealtimeUsec,
    exit,
  };
}
