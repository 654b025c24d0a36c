using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Platform.ModelHost.Native.Tests;

/// <summary>This test program as a child process that loads models natively: what crashes there ends the child and not the tests.</summary>
internal static class NativeChild
{
    private const string Marker = "PLATFORM_TESTS_LOAD_MODELS";

    /// <summary>Paths come on stdin, one a line; "begin" is answered before a file is touched and "done" after.</summary>
#pragma warning disable CA2255 // the test framework owns Main, and the child must not run tests
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void RunAsChild()
    {
        if (Environment.GetEnvironmentVariable(Marker) is null) { return; }
        LlamaLibrary.Load();
        while (Console.In.ReadLine() is { } path)
        {
            Console.Out.WriteLine("begin");
            Console.Out.WriteLine(Load(path));
        }
        Environment.Exit(0);
    }

    /// <summary>Loads files one after the other, starting a new child after each crash.</summary>
    /// <returns>For each file: what came of it and, after a crash, what the child said last.</returns>
    internal static async Task<IReadOnlyList<(string Path, string Outcome)>> LoadAsync(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var outcomes = new List<(string, string)>();
        while (outcomes.Count < paths.Count)
        {
            using var child = Start();
            var errors = child.StandardError.ReadToEndAsync(cancellation);
            while (outcomes.Count < paths.Count)
            {
                var path = paths[outcomes.Count];
                await child.StandardInput.WriteLineAsync(path.AsMemory(), cancellation);
                await child.StandardInput.FlushAsync(cancellation);
                await child.StandardOutput.ReadLineAsync(cancellation);
                if (await child.StandardOutput.ReadLineAsync(cancellation) is { } outcome)
                {
                    outcomes.Add((path, outcome));
                    continue;
                }
                await child.WaitForExitAsync(cancellation);
                outcomes.Add((path, $"crash: exit code {child.ExitCode}: {await errors}"));
                break;
            }
            if (!child.HasExited) { child.StandardInput.Close(); }
            await child.WaitForExitAsync(cancellation);
        }
        return outcomes;
    }

    /// <summary>Loads a model and runs two tokens of it, as the engine would.</summary>
    private static string Load(string path)
    {
        try
        {
            using var model = SafeLlamaModelHandle.Load(path, new ModelLoadOptions(), CancellationToken.None);
            using var context = SafeLlamaContextHandle.Create(model, new ContextOptions { MemoryTokens = 32, BatchTokens = 16, Sequences = 1, Threads = 1 });
            using var batch = new SafeLlamaBatchHandle(16);
            var tokens = model.Tokenize("ab", addSpecial: true, parseSpecial: true);
            for (var i = 0; i < Math.Min(tokens.Length, 8); i++) { batch.Add(tokens[i], i, 0, logits: true); }
            var rc = batch.Count > 0 ? context.Decode(batch) : 0;
            _ = model.Detokenize(tokens);
            return $"done {rc}";
        }
        catch (NativeCallException refusal)
        {
            return "refused " + refusal.Message.ReplaceLineEndings(" ");
        }
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") { start.ArgumentList.Add(typeof(NativeChild).Assembly.Location); }
        start.Environment[Marker] = "1";
        return Process.Start(start)!;
    }
}
