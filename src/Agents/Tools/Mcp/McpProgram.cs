using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Platform.Agents.Tools.Mcp;

/// <summary>A server that is a program started here and spoken to by its input and output, a message a line. It ends with the connection.</summary>
/// <remarks>The library's own transport reads a line of any length; this one ends the connection at <see cref="BoundedMessages.MaxBytes"/>.</remarks>
/// <param name="breaking">Told before the connection is ended for a line that is too long.</param>
internal sealed class McpProgram(McpServerOptions options, Action<string> said, Action breaking, ILoggerFactory logs) : IClientTransport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public string Name => options.Name;

    /// <summary>IOException or Win32Exception where it cannot be started.</summary>
    public async Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default)
    {
        Process program = new() { StartInfo = Start() };
        try
        {
            program.Start();
            _ = HearAsync(program.StandardError);
            StreamClientTransport streams = new(program.StandardInput.BaseStream, new BoundedStream(program.StandardOutput.BaseStream, BoundedMessages.MaxBytes, MessageEnd.Line, breaking), logs);
            return new Session(await streams.ConnectAsync(cancellationToken), program);
        }
        catch
        {
            await EndAsync(program);
            throw;
        }
    }

    private ProcessStartInfo Start()
    {
        ProcessStartInfo start = new(options.Command, options.Arguments)
        {
            WorkingDirectory = options.WorkingDirectory ?? Environment.CurrentDirectory, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardErrorEncoding = Encoding.UTF8, CreateNoWindow = true,
        };
        // It sees none of our variables but these: keys among ours are not its business.
        start.Environment.Clear();
        foreach (var (name, value) in StdioClientTransportOptions.GetDefaultEnvironmentVariables().Concat(options.Environment.Select(set => KeyValuePair.Create(set.Key, (string?)set.Value))))
            start.Environment[name] = value;
        return start;
    }

    // In pieces, whatever the length of its lines, until it ends.
    private async Task HearAsync(StreamReader complaints)
    {
        var piece = new char[1024];
        try
        {
            while (await complaints.ReadAsync(piece) is > 0 and var read)
                said(new string(piece, 0, read).Trim());
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return;
        }
    }

    /// <summary>Its input ends; a program that goes on nevertheless is killed with all that it started.</summary>
    private static async Task EndAsync(Process program)
    {
        using (program)
        {
            try
            {
                program.StandardInput.BaseStream.Close(); // without a last flush, which a program that is gone would refuse
                using CancellationTokenSource patience = new(Patience);
                await program.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!program.HasExited)
                    program.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                return; // it was never started
            }
        }
    }

    private sealed class Session(ITransport streams, Process program) : ITransport
    {
        public string? SessionId => streams.SessionId;

        public System.Threading.Channels.ChannelReader<JsonRpcMessage> MessageReader => streams.MessageReader;

        public Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
        {
            SentCall.Note(message);
            return streams.SendMessageAsync(message, cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync(program); // first: what reads its output comes to an end with it
            await streams.DisposeAsync();
        }
    }
}
