using System.Diagnostics;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Work;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>The project's own trainer, a child process that hears words on its standard input.</summary>
internal sealed class ChildTrainer : ITrainer
{
    private const string What = "Training";
    private const long RuntimeBytes = 1L << 30;
    private readonly Process _process;
    private readonly long _memory;
    private readonly Task<string> _errors, _words;

    /// <exception cref="EngineException">It cannot be started.</exception>
    public ChildTrainer(TrainerProgram trainer, TuningJob job)
    {
        _memory = RuntimeBytes + 2 * job.Now.Forecast!.TotalBytes;
        _process = trainer.Program.Start(What, _memory, "train", job.Folder.Path, "--stdin");
        (_errors, _words) = (ChildProgram.ErrorsAsync(_process, CancellationToken.None), _process.StandardOutput.ReadToEndAsync(CancellationToken.None));
    }

    public bool HasEnded => _process.HasExited;

    public void Tell(string word)
    {
        try
        {
            _process.StandardInput.WriteLine(word);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            return; // it is gone; its end says why
        }
    }

    public void Kill() => _process.Kill(entireProcessTree: true);

    public async Task<(int Code, EngineException Failure)> EndAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        await _words;
        return (_process.ExitCode, ChildProgram.Failure(What, _process.ExitCode, await _errors, _memory));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
