using System.CommandLine;
using System.CommandLine.Parsing;
using System.Data.Common;
using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client.Admin;
using Platform.Retrieval;
using Platform.Web.Supervision;

namespace Platform.Web.Commands;

/// <summary>`up`, or `serve`: the web server.</summary>
internal static class ServeCommand
{
    /// <summary>Starts the server, says on standard output where it answers, and runs until it is told to stop.</summary>
    internal static async Task<int> ServeAsync(string[] settings)
    {
        try
        {
            await using var app = WebProgram.Build(settings);
            await WebProgram.PrepareAsync(app);
            await StartAsync(app);
            if (!await AnnounceAsync(app))
            {
                await app.StopAsync();
                return 1;
            }
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("Stopped before the start was complete.");
            return 0;
        }
        catch (IOException problem) when (problem.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"platform: {problem.Message.TrimEnd('.')}. Choose another port with --port, or end the program that uses this one.");
            return 1;
        }
        catch (Exception problem) when (problem is StartRefusedException or OptionsValidationException or IOException or UnauthorizedAccessException or DbException)
        {
            await Console.Error.WriteLineAsync($"platform: {problem.Message}");
            return 1;
        }
    }

    private static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.StopAsync(); // what already runs in the background takes a disposal without it for a failure of its own, and logs that
            throw;
        }
    }

    // False: the models cannot be used, which a person must change before anything can be asked. A model of a hub that cannot be had takes no page away.
    internal static async Task<bool> AnnounceAsync(WebApplication app)
    {
        var models = app.Services.GetRequiredService<ModelHostStatus>();
        try
        {
            var state = await models.WaitForAsync(s => s.Phase != ModelHostPhase.Starting, app.Lifetime.ApplicationStopping);
            if (state.Final)
            {
                await Console.Error.WriteLineAsync($"platform: {state.Reason}");
                return false;
            }
            if (state.Phase == ModelHostPhase.Ready && app.Configuration[HubModel.Setting] is { Length: > 0 } source
                && !await HubModel.TakeUpAsync(source, app.Services.GetRequiredService<ModelAdmin>(), app.Lifetime.ApplicationStopping))
            {
                await Console.Error.WriteLineAsync($"platform: the pages work, without {source}. Download a model on the Models page, or start again with --model.");
            }
            if (state.Phase == ModelHostPhase.Down)
            {
                await Console.Error.WriteLineAsync($"platform: the pages work, the models do not yet. {state.Reason}");
            }
            Console.WriteLine($"The Platform is ready: {string.Join(' ', app.Urls)}   (Ctrl-C ends it)");
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            Console.WriteLine("Stopped before the models were loaded.");
        }
        return true;
    }

    internal static Command Create(Func<string[], Task<int>> serve)
    {
        var port = new Option<int?>("--port") { Description = "Port of the pages on 127.0.0.1 (default 8080).", CustomParser = PortOf };
        var data = SharedOptions.Data("./data");
        var model = SharedOptions.Model();
        var command = new Command("up", "Start the web server.") { port, data, model };
        command.Aliases.Add("serve");
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.UnmatchedTokens.FirstOrDefault(token => !token.Contains('=', StringComparison.Ordinal)) is { } unknown)
            {
                await Console.Error.WriteLineAsync($"platform: '{unknown}' is no option. There are --port, --data and --model; a setting is written --Section:Key=value.");
                return 1;
            }
            List<string> settings = [.. parsed.UnmatchedTokens];
            if (parsed.GetValue(port) is { } number)
            {
                settings.Add(string.Create(CultureInfo.InvariantCulture, $"--Urls=http://127.0.0.1:{number}"));
            }
            if (parsed.GetValue(data) is { } directory)
            {
                settings.Add($"--Data:Directory={directory.FullName}");
            }
            if (parsed.GetValue(model) is { } wanted)
            {
                if (await SharedOptions.ModelSettingAsync(wanted) is not { } setting)
                {
                    return 1;
                }
                settings.Add($"--{setting.Key}={setting.Value}");
            }
            return await serve([.. settings]);
        });
        return command;
    }

    private static int? PortOf(ArgumentResult given)
    {
        if (given.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535)
        {
            return number;
        }
        given.AddError("--port takes 1 to 65535.");
        return null;
    }
}
