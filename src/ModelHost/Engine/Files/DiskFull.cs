namespace Platform.ModelHost.Engine.Files;

/// <summary>Which failure of a file says that its disk is full.</summary>
public static class DiskFull
{
    private const int OnUnix = 28, OnWindows = unchecked((int)0x80070070);

    public static bool Is(IOException fault) => fault.HResult is OnUnix or OnWindows;
}
