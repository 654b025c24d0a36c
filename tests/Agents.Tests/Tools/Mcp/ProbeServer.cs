using System.Text.Json;
using Platform.Agents.Tools.Mcp;

namespace Platform.Agents.Tests.Tools.Mcp;

/// <summary>A server of our own over standard input and output, that fails in every way there is and keeps all that it is sent.</summary>
internal sealed class ProbeServer : IDisposable
{
    private const string Script = """
        const fs = require('fs');
        const say = message => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');
        const calls = {
          fail: id => say({ id, result: { content: [{ type: 'text', text: 'The ledger is closed.' }], isError: true } }),
          refuse: id => say({ id, error: { code: -32602, message: 'No such ledger.' } }),
          babble: id => say({ id, result: { content: 'no list' } }),
          die: () => process.exit(3),
          flood: id => say({ id, result: { content: [{ type: 'text', text: 'x'.repeat(5e6) }] } }),
          wait: () => {},
          research: id => say({ id, result: { task: { taskId: 'endless', status: 'working', pollInterval: 50 } } }),
          stumble: id => say({ id, result: { task: { taskId: 'refused', status: 'working', pollInterval: 50 } } }),
        };
        const tasks = ['research', 'stumble'];
        require('readline').createInterface({ input: process.stdin }).on('line', line => {
          fs.appendFileSync(process.argv[2], line + '\n');
          const { id, method, params } = JSON.parse(line);
          if (method === 'initialize') say({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'probe', version: '1' } } });
          else if (method === 'tools/list') say({ id, result: { tools: Object.keys(calls).map(name => ({ name, description: name, inputSchema: { type: 'object', properties: {} }, ...(tasks.includes(name) ? { execution: { taskSupport: 'required' } } : {}) })) } });
          else if (method === 'tools/call') calls[params.name](id);
          else if (method === 'tasks/get' && params.taskId === 'endless') say({ id, result: { taskId: 'endless', status: 'working', pollInterval: 50 } });
          else if (method === 'ping') say({ id, result: {} });
          else if (id !== undefined && method !== undefined) say({ id, error: { code: -32601, message: 'Not here.' } });
        });
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mcp-probe-");

    public ProbeServer() => File.WriteAllText(Path.Combine(folder.FullName, "probe.js"), Script);

    private string Log => Path.Combine(folder.FullName, "sent");

    /// <summary>The server as a child process of the client.</summary>
    public McpServerOptions Started => new() { Name = "probe", Command = "node", Arguments = [Path.Combine(folder.FullName, "probe.js"), Log] };

    /// <summary>All that it was sent so far.</summary>
    public IReadOnlyList<JsonElement> Sent => File.Exists(Log) ? [.. File.ReadAllText(Log).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))] : [];

    public void Dispose() => folder.Delete(recursive: true);
}
