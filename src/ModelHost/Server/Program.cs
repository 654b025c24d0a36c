using System.Text;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Server;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Chat;
using Platform.ModelHost.Server.Completions;
using Platform.ModelHost.Server.Embeddings;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.Health;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Jobs;
using Platform.ModelHost.Server.Messages;
using Platform.ModelHost.Server.Metrics;
using Platform.ModelHost.Server.Models;
using Platform.ModelHost.Server.Models.Downloads;
using Platform.ModelHost.Server.Rerank;
using Platform.ModelHost.Server.Responses;
using Platform.ModelHost.Server.Tokens;

Console.OutputEncoding = Encoding.UTF8;
if (args is [NativeWorker.Verb])
{
    return WorkChild.Run();
}

var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
if (args is ["check"])
{
    return await NativeCheck.RunAsync(builder.Configuration["Engine:NativeDirectory"]);
}

var options = builder.Configuration.GetSection("Server").Get<ServerOptions>() ?? new ServerOptions();
var training = builder.Configuration.GetSection("Training").Get<TrainingOptions>() ?? new TrainingOptions();
if ((options.Refusal() ?? training.Refusal()) is { } refusal)
{
    return await StartFailure.SayAsync(StartFailure.BadSettings, refusal);
}

builder.Services.AddSingleton(options);
builder.Services.AddSingleton(training);
builder.Services.AddFineTuning();
builder.Services.AddSingleton(TimeProvider.System);
var engine = builder.Configuration.GetSection("Engine").Get<EngineOptions>() ?? new EngineOptions();
engine.HubEndpoint ??= Named(builder.Configuration["HF_ENDPOINT"]);
engine.HubToken ??= Named(builder.Configuration["HF_TOKEN"]);
builder.Services.AddSingleton(engine);
builder.Services.AddSingleton<ServiceMetrics>();
builder.Services.AddSingleton<EngineHost>();
builder.Services.AddHostedService(services => services.GetRequiredService<EngineHost>());
builder.Services.AddHostedService<ParentWatch>();
if (options.ExitWithParent)
{
    builder.Services.AddSingleton<IHostLifetime, ParentLifetime>();
}

builder.Services.AddSingleton<ModelJobs>();
builder.Services.AddHostedService(services => services.GetRequiredService<ModelJobs>());
builder.ListenWithLimits(options);

// What keeps Kestrel from listening is thrown as well, and told as one sentence below.
var listening = false;
builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", level => level >= LogLevel.Warning && listening);
await using var app = builder.Build();
app.Lifetime.ApplicationStarted.Register(() => listening = true);
app.UseMiddleware<RequestStamp>();
app.UseMiddleware<RequestCount>();
app.UseMiddleware<Problems>();
app.UseStatusCodePages(Problems.WriteBareStatusAsync);
app.UseRouting();
app.UseMiddleware<Access>();
app.UseMiddleware<Readiness>();
app.UseMiddleware<PlainBodies>();
app.MapHealth();
app.MapListModels();
app.MapGetModel();
app.MapModelChanges();
app.MapMemory();
app.MapDownloads();
app.MapChatCompletions();
app.MapCreateResponse();
app.MapCreateMessage();
app.MapCreateEmbeddings();
app.MapTokenize();
app.MapDetokenize();
app.MapApplyTemplate();
app.MapCreateCompletion();
app.MapRerankDocuments();
app.MapMetrics();
app.MapAdmin();
app.MapListAdapters();
app.MapCreateModelJob();
app.MapShowModelJobs();
app.MapFollowModelJob();
app.MapCancelModelJob();
app.MapFineTuning();
app.MapAddAdapter();
app.MapImportPeft();
app.MapChangeAdapters();
app.MapMeasureAdapter();
app.MapLoraScales();
app.MapLoadAdapter();

var ending = app.Lifetime.ApplicationStopping; // asked for now: the run takes the services with it
try
{
    await app.RunAsync();
}
catch (IOException ex)
{
    return await StartFailure.SayAsync(StartFailure.CannotListen, $"Cannot listen on {options.Url}: {ex.Message} Set Server:Url to a free address.");
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    return Environment.ExitCode; // told to end while it started
}

return Environment.ExitCode;

static string? Named(string? setting) => string.IsNullOrWhiteSpace(setting) ? null : setting.Trim();
