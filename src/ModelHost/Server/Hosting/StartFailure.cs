namespace Platform.ModelHost.Server.Hosting;

/// <summary>How the process ends when it cannot serve: a code, and one sentence on standard error that the parent shows to people.</summary>
internal static class StartFailure
{
    public const int BadSettings = 2;
    public const int ModelsUnusable = 3;
    public const int CannotListen = 4;

    public static async Task<int> SayAsync(int exitCode, string sentence)
    {
        await Console.Error.WriteLineAsync(sentence);
        await Console.Error.FlushAsync();
        return exitCode;
    }
}
