/** Other programs, run to their end. */
import { execFile } from 'node:child_process';

export interface ToolResult {
  /** 127 when there is no such program, as a shell says it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const NOT_FOUND = 127;
const MOST_OUTPUT_BYTES = 1024 * 1024;

/** Never throws: a tool that fails says so by its code. No shell is between. */
export function runTool(program: string, programArguments: readonly string[]): Promise<ToolResult> {
  return new Promise((resolve) => {
    execFile(program, programArguments, { maxBuffer: MOST_OUTPUT_BYTES }, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (error.code === 'ENOENT') resolve({ code: NOT_FOUND, stdout, stderr: `${program}: not found` });
      else
        resolve({
          code: typeof error.code === 'number' ? error.code : 1,
          stdout,
          stderr: stderr === '' ? error.message : stderr,
        });
    });
  });
}
