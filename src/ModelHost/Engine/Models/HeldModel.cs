namespace Platform.ModelHost.Engine.Models;

/// <summary>A loaded model that stays loaded until this is disposed.</summary>
public sealed class HeldModel : IDisposable
{
    private Action? release;

    internal HeldModel(ModelInfo info, Action release) => (Info, this.release) = (info, release);

    public ModelInfo Info { get; }

    public void Dispose() => Interlocked.Exchange(ref release, null)?.Invoke();
}
