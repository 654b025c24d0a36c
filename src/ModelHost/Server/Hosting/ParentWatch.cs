namespace Platform.ModelHost.Server.Hosting;

/// <summary>Ends the process when standard input ends. The pipe closes with the parent, however the parent died.</summary>
internal sealed class ParentWatch(ServerOptions options, EngineHost host, IHostApplicationLifetime lifetime, ILogger<ParentWatch> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.ExitWithParent)
        {
            // Console reads block: a thread of its own, and one that does not hold the process.
            new Thread(WaitForEnd) { IsBackground = true, Name = nameof(ParentWatch) }.Start();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void WaitForEnd()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[256];
        try
        {
            while (input.Read(ignored) > 0)
            {
                // What the parent writes has no meaning; only its end has.
            }
        }
        catch (IOException ex)
        {
            log.LogWarning(ex, "Standard input cannot be read.");
        }

        log.LogInformation("The parent is gone; ending.");
        host.EndAnswers(); // nobody is left to read them
        lifetime.StopApplication();
    }
}
