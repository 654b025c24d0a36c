using System.Diagnostics;

namespace Platform.ModelHost.Engine.Tests;

/// <summary>A file as on a disk that does not answer: whoever opens it waits until this is let go. Another program holds a lease of it (fcntl's F_SETLEASE, which Linux breaks after 45 s).</summary>
internal sealed class FarFile : IDisposable
{
    private const string Hold = "import fcntl,os,signal,sys; signal.signal(signal.SIGURG,lambda *_:os.write(1,b'asked\\n')); f=os.open(sys.argv[1],os.O_RDWR); fcntl.fcntl(f,10,int(signal.SIGURG)); fcntl.fcntl(f,fcntl.F_SETLEASE,fcntl.F_WRLCK); print('held',flush=True); sys.stdin.read()"; // 10: F_SETSIG, else the signal ends it

    private readonly Process holder;

    private FarFile(Process holder) => this.holder = holder;

    internal static async Task<FarFile> HoldAsync(string path, CancellationToken cancellation)
    {
        var holder = Process.Start(new ProcessStartInfo("python3", ["-c", Hold, path]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(cancellation));
        return new FarFile(holder);
    }

    /// <summary>Until somebody waits to open it.</summary>
    internal async Task AskedAsync(CancellationToken cancellation) => Assert.Equal("asked", await holder.StandardOutput.ReadLineAsync(cancellation));

    public void Dispose()
    {
        holder.StandardInput.Close();
        holder.WaitForExit();
        holder.Dispose();
    }
}
