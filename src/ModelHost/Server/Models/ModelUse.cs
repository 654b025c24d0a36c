using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.Hosting;

namespace Platform.ModelHost.Server.Models;

/// <summary>What stands on a base model as far as this service knows: whoever has agents knows of those.</summary>
internal sealed class ModelUse(EngineHost host, TuningJobs jobs, TrainingOptions training)
{
    /// <exception cref="RequestRefused">Adapters that people get stand on it, or jobs that have not ended; all are named.</exception>
    public void RefuseUsed(string model)
    {
        bool IsIt(string? other) => string.Equals(other, model, StringComparison.OrdinalIgnoreCase);
        List<string> users =
        [
            .. host.Engine.AdapterLibrary.All.Where(adapter => IsIt(adapter.BaseModel) && (adapter.State == AdapterState.Production || adapter.CanaryShare is not null)).Select(adapter => $"the adapter {ServedAdapters.Id(adapter)}"),
            .. (training.Directory is { Length: > 0 } ? jobs.All : []).Where(job => !job.Now.HasEnded && IsIt(job.Now.Model)).Select(job => $"the job {job.Now.Id}"),
        ];
        if (users.Count > 0)
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "in_use", $"The model '{model}' is used by {string.Join(", ", users)}. Nothing was deleted: take those out of use, or end them, first.", "model"));
        }
    }
}
