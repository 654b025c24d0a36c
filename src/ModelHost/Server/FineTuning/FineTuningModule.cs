using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.FineTuning.Requests;
using Platform.ModelHost.Server.Models;

namespace Platform.ModelHost.Server.FineTuning;

/// <summary>Everything of training, put together.</summary>
internal static class FineTuningModule
{
    public static void AddFineTuning(this IServiceCollection services)
    {
        services.AddSingleton<TrainerProgram>();
        services.AddSingleton<AdapterGate>();
        services.AddSingleton<FileStore>();
        services.AddSingleton<TuningJobs>();
        services.AddSingleton<ModelUse>();
        services.AddSingleton<ToldForecasts>();
        services.AddSingleton<AnswerPace>();
        services.AddSingleton<JobPreparation>();
        services.AddSingleton<VersionMeasures>();
        services.AddSingleton<JobCompletion>();
        services.AddSingleton<Runners>();
        services.AddSingleton<JobStages>();
        services.AddHostedService<TuningQueue>();
    }

    public static void MapFineTuning(this IEndpointRouteBuilder app)
    {
        app.MapFiles();
        app.MapTuningJobs();
        app.MapTuningEvents();
        app.MapEvaluations();
        app.MapCheckpoints();
        app.MapTuningSamples();
        app.MapTuningScores();
        app.MapGolden();
    }
}
