/** What a drill does to the machine it runs on: tools, disks, ports, and a proxy that cuts and slows connections. */
export { removeDirectory, SmallDisk } from './disk.ts';
export { FaultProxy, type Way } from './fault-proxy.ts';
export { freePorts } from './free-ports.ts';
export { runTool, type ToolResult } from './tool.ts';
