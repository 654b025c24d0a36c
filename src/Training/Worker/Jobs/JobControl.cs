using System.Runtime.InteropServices;

namespace Platform.Training.Jobs;

/// <summary>What a job was asked from outside: by marks in its folder, by words on standard input, by signals.</summary>
public sealed class JobControl : IDisposable
{
    private readonly JobFolder folder;
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "See Dispose.")]
    private readonly ManualResetEventSlim free = new(initialState: true);
    private readonly List<PosixSignalRegistration> signals = [];
    private volatile bool pause, cancel;

    public JobControl(JobFolder folder) => this.folder = folder;

    /// <summary>The job is to write a checkpoint and end, to be started again later.</summary>
    public bool ShallPause => pause || File.Exists(folder.PauseMark);

    /// <summary>The job is to end with an adapter of what it learned so far.</summary>
    public bool ShallStop => File.Exists(folder.StopMark);

    /// <summary>The job is to end without an adapter.</summary>
    public bool ShallCancel => cancel || File.Exists(folder.CancelMark);

    /// <summary>Waits while it is held, and gives the step up when the job is to end.</summary>
    /// <exception cref="OperationCanceledException">The job is to pause or to be cancelled.</exception>
    public void Pass()
    {
        PassUnlessCancelled();
        if (ShallPause) { throw new OperationCanceledException(); }
    }

    /// <summary>Waits while it is held; a job that is to pause goes on to where it can be paused.</summary>
    /// <exception cref="OperationCanceledException">The job is to be cancelled.</exception>
    public void PassUnlessCancelled()
    {
        free.Wait();
        if (ShallCancel) { throw new OperationCanceledException(); }
    }

    /// <summary>SIGTERM and SIGINT pause the job.</summary>
    public void HearSignals()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT])
        {
            signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Hear("pause");
            }));
        }
    }

    /// <summary>Words on standard input, one a line: hold, go, pause, cancel. Its end, which is the parent's, pauses the job.</summary>
    public void HearStandardInput() => new Thread(() =>
    {
        while (Console.In.ReadLine() is { } word) { Hear(word.Trim()); }
        Hear("pause");
    }) { IsBackground = true, Name = nameof(JobControl) }.Start();

    internal void Hear(string word)
    {
        switch (word)
        {
            case "hold": free.Reset(); return;
            case "pause": pause = true; break;
            case "cancel": cancel = true; break;
            case "go": break;
            default: return;
        }
        free.Set();
    }

    public void Dispose()
    {
        foreach (var signal in signals) { signal.Dispose(); } // what is waited for stays: standard input may yet say a word to it, and it holds nothing of the system
    }
}
