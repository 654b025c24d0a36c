using System.Diagnostics;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Engines;
using Platform.Web.Supervision;

namespace Platform.Web.Commands.Doctor;

/// <summary>Looks at what the program needs: natives, models, readers, data folder.</summary>
internal static class ProgramChecks
{
    internal static async Task<IReadOnlyList<Finding>> AllAsync(string data, string? model, CancellationToken cancellation)
    {
        var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables();
        if (model is not null)
        {
            configuration["Models:Chat"] = model.StartsWith("hf:", StringComparison.Ordinal) ? Path.Combine(data, "models", model[3..]) : model;
        }
        return
        [
            .. await ModelHostAsync(configuration, cancellation),
            await ToolAsync("PDF text", "pdftotext", cancellation),
            await ToolAsync("PDF pages", "pdftoppm", cancellation),
            DataFolder(data),
            Database(configuration),
        ];
    }

    private static async Task<IEnumerable<Finding>> ModelHostAsync(ConfigurationManager configuration, CancellationToken cancellation)
    {
        var launch = ModelHostLaunch.Of(configuration);
        List<Finding> findings = launch is null ? [] : [await NativesAsync(launch.Program, cancellation), Model("chat model", launch.ChatModel), Model("embedding model", launch.EmbeddingModel)];
        if (launch is null || configuration.GetSection("ModelHost:Engines").GetChildren().Any())
        {
            findings.AddRange(await EnginesAsync(configuration, areNeeded: launch is null, cancellation));
        }
        return findings;
    }

    // Those that somebody else runs: only they are up while the program is not. One that is away is missed when nothing else could answer.
    private static async Task<IEnumerable<Finding>> EnginesAsync(ConfigurationManager configuration, bool areNeeded, CancellationToken cancellation)
    {
        try
        {
            await using var services = new ServiceCollection().AddModelHostClient(configuration).BuildServiceProvider();
            var engines = await services.GetRequiredService<ServedEngines>().CheckAsync(cancellation);
            return [.. engines.Select(engine => Engine(engine, areNeeded && engines.All(one => one.State != EngineState.Ready) ? FindingState.Missing : FindingState.Note))];
        }
        catch (OptionsValidationException refused)
        {
            return [new("engines", FindingState.Missing, refused.Message, "Change the settings ModelHost:*.")];
        }
    }

    private static Finding Engine(EngineReport engine, FindingState whenAway) => engine.State == EngineState.Ready
        ? new($"engine {engine.Name}", FindingState.Good, $"{engine.Host}, {(engine.Models.Count == 0 ? "no model" : string.Join(", ", engine.Models))}")
        : new($"engine {engine.Name}", whenAway, $"{engine.Host}: {engine.LastError}", "Start it, or change its Endpoint and ApiKey.");

    private static async Task<Finding> NativesAsync(string program, CancellationToken cancellation)
    {
        if (!File.Exists(program))
        {
            return new("natives", FindingState.Missing, $"the model host program is not at {program}", "Type: ./platform build");
        }
        try
        {
            var (code, output) = await RunAsync(program, ["check"], cancellation);
            return code == 0 ? new("natives", FindingState.Good, output) : new("natives", FindingState.Missing, output, "Type: rm -rf artifacts && ./platform build");
        }
        catch (System.ComponentModel.Win32Exception problem)
        {
            return new("natives", FindingState.Missing, $"{program} does not start: {problem.Message}", "Type: rm -rf artifacts && ./platform build");
        }
    }

    private static Finding Model(string name, string? path)
        => path is not null && File.Exists(path)
            ? new(name, FindingState.Good, $"{Path.GetFileName(path)}, {new FileInfo(path).Length / 1e6:0.0} MB")
            : new(name, FindingState.Missing, $"{path ?? "the embedded model"} does not exist", "Name one with --model, or restore the models folder.");

    private static async Task<Finding> ToolAsync(string name, string program, CancellationToken cancellation)
    {
        try
        {
            var (_, output) = await RunAsync(program, ["-v"], cancellation);
            return new(name, FindingState.Good, output.Split('\n')[0]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return new(name, FindingState.Missing, $"{program} is not installed: PDF files cannot be read", "Type: sudo apt-get install -y poppler-utils");
        }
    }

    private static Finding DataFolder(string data)
    {
        var existing = data;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing)!;
        }
        var free = new DriveInfo(existing).AvailableFreeSpace;
        var text = $"{data}{(existing == data ? "" : " (made at the first start)")}, {free / (double)(1L << 30):0.0} GiB free";
        return free >= 1L << 30 ? new("data folder", FindingState.Good, text) : new("data folder", FindingState.Note, text, "Free some space, or name another folder with --data.");
    }

    private static Finding Database(ConfigurationManager configuration)
        => new("database", FindingState.Good, string.IsNullOrEmpty(configuration.GetConnectionString("Platform")) ? "SQLite in the data folder" : "PostgreSQL (ConnectionStrings:Platform)");

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        var text = (await output).Trim();
        return (process.ExitCode, text.Length > 0 ? text : (await error).Trim());
    }
}
