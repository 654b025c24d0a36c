using System.Runtime.InteropServices;

namespace Platform.ModelHost.Server.Hosting;

/// <summary>The life of a process whose parent decides when it ends, by closing its standard input (<see cref="ParentWatch"/>). A terminal's Ctrl-C and a service manager's stop signal all processes of a program at once: who asks this one is still asking while the parent ends what it does, and would be told a failure.</summary>
internal sealed class ParentLifetime : IHostLifetime, IDisposable
{
    private PosixSignalRegistration[] ignored = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        ignored = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true))];
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var one in ignored)
        {
            one.Dispose();
        }
    }
}
