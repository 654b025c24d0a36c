using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>Keeps a handle's object alive while a pointer that was taken from it is in use.</summary>
internal readonly ref struct HandleHold
{
    private readonly SafeHandle handle;

    internal HandleHold(SafeHandle handle)
    {
        var held = false;
        handle.DangerousAddRef(ref held); // throws ObjectDisposedException when it is closed
        this.handle = handle;
    }

    public void Dispose() => handle.DangerousRelease();
}
