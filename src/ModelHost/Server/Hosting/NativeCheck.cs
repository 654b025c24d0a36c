using Platform.ModelHost.Native;

namespace Platform.ModelHost.Server.Hosting;

/// <summary>The verb `check`: loads the native libraries, says in one line what they are, and ends. Nothing is served.</summary>
internal static class NativeCheck
{
    public static async Task<int> RunAsync(string? directory)
    {
        try
        {
            var natives = LlamaLibrary.Load(directory);
            Console.WriteLine($"llama.cpp {natives.Version}, ggml {natives.GgmlVersion} ({natives.GgmlCommit}); {string.Join(", ", natives.Devices.Select(d => d.Name))}");
            return 0;
        }
        catch (NativesUnusableException problem)
        {
            return await StartFailure.SayAsync(StartFailure.ModelsUnusable, problem.Message);
        }
    }
}
