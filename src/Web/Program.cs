using Platform.Agents;
using Platform.Agents.Tools.Tables;
using Platform.Training.Datasets;
using Platform.Web.Commands;
using Platform.Web.Features.Account;
using Platform.Web.Features.Agents;
using Platform.Web.Features.Api;
using Platform.Web.Features.Chat;
using Platform.Web.Features.Datasets;
using Platform.Web.Features.Documents;
using Platform.Web.Features.Keys;
using Platform.Web.Features.Knowledge;
using Platform.Web.Features.Mcp;
using Platform.Web.Features.Models;
using Platform.Web.Features.Runs;
using Platform.Web.Features.Training;
using Platform.Web.Host;
using Platform.Web.Layout;
using Platform.Web.Supervision;

namespace Platform.Web;

/// <summary>Puts the web program together.</summary>
public static class WebProgram
{
    /// <summary>The program's entry: a verb of the command line, or the process that this program starts of itself for queries of tables.</summary>
    public static Task<int> Main(string[] args) => args is [QueryChild.Verb] ? QueryChild.RunAsync() : CommandLine.RunAsync(args, ServeCommand.ServeAsync);

    /// <summary>The whole web server, not yet started. Call <see cref="PrepareAsync"/> before the start.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args, ApplicationName = "Platform.Web", ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseStaticWebAssets();
        builder.AddPlatformHost();
        builder.AddModelHost();
        builder.Services.AddAccounts(builder.Configuration);
        builder.Services.AddKeys(builder.Configuration);
        builder.Services.AddShell();
        builder.Services.AddChat().AddKnowledge().AddModels().AddRuns().AddAgentPages().AddDatasetPages().AddTrainingPages().AddApi().AddMcp();
        builder.Services.AddAgents(builder.Configuration).AddSchedules<AccountNow>();
        builder.Services.AddDatasets(builder.Configuration);

        // What keeps Kestrel from listening is thrown as well, and told as one sentence by who starts it.
        var listening = false;
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", level => level >= LogLevel.Warning && listening);
        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => listening = true);
        app.UsePlatformHost();
        app.MapStaticAssets().AllowAnonymous().WithMetadata(new StaticFile());
        app.MapHealth();
        app.MapAccounts();
        app.MapUpload();
        app.MapDocuments();
        app.MapAgentFiles();
        app.MapDatasetFiles();
        app.MapAdapterFiles();
        app.MapApi();
        app.MapMcp();
        app.MapRunExport();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }

    /// <summary>Makes the tables and the administrator of an unattended start.</summary>
    public static async Task PrepareAsync(WebApplication app)
    {
        await app.Services.PrepareAgentsAsync(app.Lifetime.ApplicationStopping); // takes the data folder's lock: nothing is touched before
        await app.Services.PrepareDatasetsAsync(app.Lifetime.ApplicationStopping);
        await app.Services.PrepareAccountsAsync(app.Lifetime.ApplicationStopping);
        await app.Services.PrepareKeysAsync(app.Lifetime.ApplicationStopping);
    }
}
