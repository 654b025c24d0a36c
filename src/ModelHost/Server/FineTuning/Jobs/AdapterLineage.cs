using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Server.FineTuning.Requests;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>What a version says of where it comes from: the job, its files and its settings.</summary>
internal static class AdapterLineage
{
    private const string JobKey = "job_id", CheckpointKey = "checkpoint_step";

    /// <summary>The job that a version says it was made by; null for one that was not trained here.</summary>
    public static string? JobOf(AdapterInfo adapter) => Text(adapter, JobKey);

    /// <summary>Whether it was made of a checkpoint, and not of its job's end.</summary>
    public static bool IsCheckpoint(AdapterInfo adapter) => Says(adapter, CheckpointKey);

    /// <summary>Whether it says something of that name.</summary>
    public static bool Says(AdapterInfo adapter, string name) => adapter.Lineage is { ValueKind: JsonValueKind.Object } lineage && lineage.TryGetProperty(name, out _);

    /// <summary>What a job's version says.</summary>
    /// <param name="step">Of the checkpoint that it is made of; null for the job's own end.</param>
    public static JsonObject Of(TuningRecord record, int? step)
    {
        var lineage = new JsonObject
        {
            [JobKey] = record.Id, ["method"] = record.Settings.Method.ToString().ToLowerInvariant(), ["training_file"] = record.TrainingFile, ["training_sha256"] = record.Dataset!.TrainingSha256,
            ["validation_file"] = record.ValidationFile, ["validation_sha256"] = record.Dataset.ValidationSha256, ["base_model"] = record.Model, ["base_sha256"] = record.Dataset.BaseSha256, ["rows"] = record.Dataset.Rows, ["seed"] = record.Seed,
        };
        lineage["hyperparameters"] = JsonSerializer.SerializeToNode(TuningViews.Hyperparameters(record), ServerJson.Wire.HyperparameterBody);
        lineage["lora"] = JsonSerializer.SerializeToNode(TuningViews.Lora(record.Settings), ServerJson.Wire.LoraBody);
        (lineage["early_stopping"], lineage["trainer"], lineage["device"], lineage["precision"]) = (record.Settings.EarlyStopping is not null, TuningCheck.Name(record.Settings.Trainer), record.Forecast?.Device, TuningCheck.Name(record.Settings.Precision));
        foreach (var (name, value) in record.Metadata.Where(pair => pair.Key != CheckpointKey && !lineage.ContainsKey(pair.Key)))
        {
            lineage[name] = value;
        }

        if (record.Dataset.Mixture is { Count: > 0 } mixture)
        {
            lineage["mixture"] = new JsonArray([.. mixture.Select(file => new JsonObject { ["file"] = file.Id, ["filename"] = file.Name, ["sha256"] = file.Sha256, ["rows"] = file.Rows, ["taken"] = file.Taken })]);
        }

        if (step is { } at)
        {
            lineage[CheckpointKey] = at;
        }

        return lineage;
    }

    /// <summary>A text that it says under a name; null where it says none.</summary>
    public static string? Text(AdapterInfo adapter, string key) =>
        adapter.Lineage is { ValueKind: JsonValueKind.Object } lineage && lineage.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
