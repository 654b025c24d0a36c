using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.FineTuning.Requests;
using Platform.ModelHost.Server.FineTuning.Rows;
using Platform.Training.Rows;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>A job cannot be run; the code says why.</summary>
internal sealed class TuningFault(string code, string message, string? param = null, Exception? inner = null) : Exception(message, inner)
{
    public TuningError Error { get; } = new(code, message, param);
}

/// <summary>Makes a job's folder of its files: rows rendered and masked with the served model's template, job.json, and what the job will take.</summary>
internal sealed class JobPreparation(FileStore files, TrainerProgram trainer, TrainingOptions options, ToldForecasts forecasts, AnswerPace answers)
{
    private const int Rounding = 32, LeastTokens = 64, MostMicroBatch = 512, ToldFaults = 5, NamedLines = 3;
    private const long ProbeBytes = 2L << 30;

    /// <param name="engine">Serves the base.</param>
    /// <param name="record">What is asked for.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="tell">Told of each bad line.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="TuningFault">The files or the settings cannot be trained with.</exception>
    /// <exception cref="EngineException">The base cannot be loaded.</exception>
    public async Task<(DatasetFacts Dataset, JobForecast Forecast)> RunAsync(ModelEngine engine, TuningRecord record, JobFiles folder, Action<LineFault> tell, CancellationToken cancellation)
    {
        using var held = await engine.HoldAsync(record.Model, cancellation);
        CheckTemplate(engine, record, held.Info.Warning);
        Directory.CreateDirectory(folder.Path);
        var sources = await Task.Run(() => Open(record), cancellation);
        var most = Math.Min(record.Settings.SequenceTokens ?? (record.Settings.Method == TuningMethod.Pretraining ? TextPieces.UsualTokens : RowLimit.UsualTokens), held.Info.TrainingContextTokens);
        var rendering = new RowRendering(engine, record.Model, record.Settings.Method, DateTimeOffset.FromUnixTimeSeconds(record.CreatedAt));
        var (learned, heldOut, leaked) = await Task.Run(() => Render(rendering, record, folder, sources, most, tell, cancellation), cancellation);
        var longest = Math.Max(learned.Longest, heldOut.Longest);
        var sequence = record.Settings is { SequenceTokens: null, Method: not TuningMethod.Pretraining } ? Math.Min(most, Math.Max(LeastTokens, (longest + Rounding - 1) / Rounding * Rounding)) : most;
        var (_, model) = engine.FileOf(record.Model);
        await Task.Run(() => Ask(engine, record, folder, sources.HeldOut ?? sources.Learned, heldOut.Examples), cancellation);
        var settings = Settings(record, model, held.Info.Sha256, sequence, learned.Examples, heldOut.Examples > 0);
        await File.WriteAllTextAsync(folder.Settings, settings.ToJsonString(), cancellation); // a runner reads it too
        var facts = new DatasetFacts(learned.Rows + (sources.HeldOut is null ? heldOut.Rows + leaked : 0), learned.Examples, heldOut.Examples, learned.Tokens, learned.Learned, longest, sequence, held.Info.Sha256, sources.TrainingSha256, sources.ValidationSha256) { Mixture = sources.Mixture, Leaked = leaked, Compared = learned.Compared + heldOut.Compared, HeldOutTokens = heldOut.Tokens, RenderedAt = rendering.WritesTime ? record.CreatedAt : null };
        var forecast = record.Settings.Trainer == TuningTrainer.Peft ? Elsewhere(record.Settings, learned) : await ForecastAsync(engine, record.Settings.Device, settings, folder, cancellation);
        forecast = forecasts.Same(forecast, settings, $"{facts.TrainingSha256} {facts.ValidationSha256} {record.Settings.ValidationShare} {facts.HeldOut}");
        if (record.Settings.Trainer != TuningTrainer.Peft)
        {
            var evaluations = heldOut.Examples > 0 && forecast.EvaluateEvery is > 0 and var every ? 1 + ((forecast.Steps + every - 1) / every) : 1; // the first is the base's
            var seconds = await answers.SecondsAsync(engine, record.Model, folder, evaluations, cancellation);
            forecast = forecast with { AnswerSeconds = seconds, Seconds = forecast.Seconds + seconds };
        }

        return (facts, forecast with { BatchSize = settings["batch_size"]!.GetValue<int>(), MicroBatchTokens = settings["micro_batch_tokens"]!.GetValue<int>() });
    }

    /// <summary>A base whose template cannot be used would refuse every row: that is the base's fault, and told once.</summary>
    private static void CheckTemplate(ModelEngine engine, TuningRecord record, string? weakness)
    {
        if (record.Settings.Method == TuningMethod.Pretraining)
        {
            return;
        }

        try
        {
            engine.ApplyTemplate(record.Model, [new ChatTurn("user", "x")], new ChatTemplateOptions());
        }
        catch (EngineException refused) when (refused.Kind == EngineErrorKind.BadRequest)
        {
            throw new TuningFault("template_mismatch", $"No row can be learned as it is served. {weakness ?? $"The model '{record.Model}' carries no chat template."} Choose another base, or one with its maker's own template; plain texts can be learned by pretraining.", "model", refused);
        }
    }

    /// <summary>Renders some lines again and compares: whatever changed since, of the model, its template or this program, shows.</summary>
    /// <exception cref="TuningFault">A token differs.</exception>
    public static async Task CheckParityAsync(ModelEngine engine, TuningRecord record, JobFiles folder, CancellationToken cancellation)
    {
        using var held = await engine.HoldAsync(record.Model, cancellation);
        if (held.Info.Sha256 != record.Dataset!.BaseSha256)
        {
            throw new TuningFault("base_changed", $"The file of '{record.Model}' is another than when the job was made: {held.Info.Sha256}, not {record.Dataset.BaseSha256}. Make the job anew.", "model");
        }

        var rendering = new RowRendering(engine, record.Model, record.Settings.Method, DateTimeOffset.FromUnixTimeSeconds(record.CreatedAt)); // that the day is another is no other template
        foreach (var kept in JsonLines.Read(folder.Parity, RenderedJson.Default.ParityRow))
        {
            var now = Rendered(rendering, kept.Line);
            if (now is null || now.Count != kept.Rows.Count || !now.Zip(kept.Rows).All(pair => pair.First.IsSame(pair.Second)))
            {
                throw new TuningFault("template_mismatch", $"What was prepared of {kept.Line.Id} is served in other tokens now: the chat template of '{record.Model}', or its tokens, changed. Nothing is trained on what would not be served; make the job anew.", "training_file");
            }
        }
    }

    /// <summary>Null where the template refuses the row by now.</summary>
    private static IReadOnlyList<RenderedRow>? Rendered(RowRendering rendering, RowLine line)
    {
        try
        {
            return rendering.Render(line);
        }
        catch (RowFault)
        {
            return null;
        }
    }

    private JobSources Open(TuningRecord record)
    {
        try
        {
            return JobSources.Open(files, record);
        }
        catch (RowFault fault)
        {
            throw new TuningFault("invalid_training_file", fault.Message, "mixture");
        }
    }

    private static (RowCounts Learned, RowCounts HeldOut, int Leaked) Render(RowRendering rendering, TuningRecord record, JobFiles folder, JobSources sources, int most, Action<LineFault> tell, CancellationToken cancellation)
    {
        var writer = new DatasetWriter(rendering, record.Settings.Method == TuningMethod.Pretraining ? 0 : most);
        var (param, split) = ("training_file", (Learned: RowCounts.None, HeldOut: RowCounts.None, Leaked: 0));
        try
        {
            split = sources.HeldOut is null && record.Settings.ValidationShare > 0 ? writer.Split(sources.Learned, folder.Train, folder.Valid, record.Settings.ValidationShare, record.Seed, cancellation)
                : (writer.Write(sources.Learned, folder.Train, cancellation), RowCounts.None, 0);
            Refuse(writer, record, param, tell);
            if (sources.HeldOut is { } validation)
            {
                param = "validation_file";
                var leaks = DatasetWriter.HeldOutLeaks(validation.Index(), sources.Learned, cancellation);
                split = split with { HeldOut = writer.Write(validation.Where((_, at) => !leaks.Contains(at)), folder.Valid, cancellation), Leaked = leaks.Count };
                Refuse(writer, record, param, tell);
            }
        }
        catch (RowFault fault)
        {
            throw new TuningFault("invalid_" + param, fault.Message, param);
        }

        File.WriteAllLines(folder.Parity, writer.Sample.Select(row => JsonSerializer.Serialize(row, RenderedJson.Default.ParityRow)));
        return split.Learned.Examples == 0 ? throw new TuningFault("invalid_training_file", "The file has no rows.", "training_file")
            : sources.HeldOut is null || split.HeldOut.Examples > 0 ? split
            : throw new TuningFault("invalid_validation_file", split.Leaked == 0 ? "The file has no rows." : "Every row to evaluate on stands nearly the same among those to learn from, so nothing could be measured by it. Give other rows as 'validation_file', or none, and a share is held out.", "validation_file");
    }

    private void Ask(ModelEngine engine, TuningRecord record, JobFiles folder, IEnumerable<RowLine> source, int heldOut)
    {
        ProbeChoice.Write(engine, record, folder, source, heldOut, options.MeasuredRows);
        if (heldOut > 0 && new FileInfo(folder.Prompts).Length > 0)
        {
            Directory.CreateDirectory(folder.Evaluations);
        }
    }

    private static void Refuse(DatasetWriter writer, TuningRecord record, string param, Action<LineFault> tell)
    {
        if (writer.BadLines == 0)
        {
            return;
        }

        if (writer.TemplateFaults == writer.BadLines && writer.BadLines == writer.Lines) // no row is at fault, and all would say the same
        {
            var lines = $"{string.Join(", ", writer.Faults.Take(NamedLines).Select(fault => fault.Line))}{(writer.BadLines > NamedLines ? " …" : "")}";
            throw new TuningFault("template_mismatch", $"No row can be learned as it is served: the chat template of '{record.Model}' writes answers otherwise than it asks for them, in {(writer.BadLines == 1 ? "the one row" : $"all {writer.BadLines} rows")} ({lines}). Choose another base, or one with its maker's own template.", "model");
        }

        writer.Faults.ForEach(tell);
        var first = string.Join("; ", writer.Faults.Take(ToldFaults).Select(fault => $"{fault.Line}: {fault.Message.TrimEnd('.')}"));
        throw new TuningFault("invalid_" + param, $"{(writer.BadLines == 1 ? "1 line cannot" : $"{writer.BadLines} lines cannot")} be trained on: {first}{(writer.BadLines > ToldFaults ? "; and more, which the events name" : "")}. Correct the file and upload it again.", param);
    }

    private JsonObject Settings(TuningRecord record, string model, string sha256, int sequence, int examples, bool hasHeldOut)
    {
        var settings = record.Settings;
        var job = new JsonObject
        {
            ["model"] = model, ["model_sha256"] = sha256, ["method"] = settings.Method.ToString(), ["train"] = "train.jsonl", ["validation"] = hasHeldOut ? "valid.jsonl" : null, ["seed"] = record.Seed,
            ["epochs"] = settings.Epochs, ["max_steps"] = settings.MaxSteps, ["batch_size"] = BatchSize(settings, examples), ["sequence_tokens"] = sequence,
            ["micro_batch_tokens"] = settings.MicroBatchTokens ?? Math.Max(MostMicroBatch, sequence), ["learning_rate"] = settings.LearningRate, ["warmup_share"] = settings.WarmupShare, ["weight_decay"] = settings.WeightDecay,
            ["max_gradient"] = settings.MaxGradient, ["beta"] = settings.Beta, ["checkpointing"] = settings.Checkpointing, ["evaluate_every"] = settings.EvaluateEvery, ["checkpoint_every"] = settings.CheckpointEvery,
            ["precision"] = settings.Precision.ToString(), ["threads"] = options.Threads > 0 ? options.Threads : Math.Max(1, Environment.ProcessorCount / 2),
            ["early_stopping"] = settings.EarlyStopping is { } stop ? new JsonObject { ["patience"] = stop.Patience, ["min_delta"] = stop.MinDelta } : null,
        };
        var lora = new JsonObject { ["rank"] = settings.Lora.Rank, ["alpha"] = settings.Lora.Alpha, ["dropout"] = settings.Lora.Dropout, ["last_layers"] = settings.Lora.LastLayers };
        if (settings.Lora.Targets is { } targets)
        {
            lora["targets"] = new JsonArray([.. targets.Select(name => (JsonNode)name)]);
        }

        job["lora"] = lora;
        return job;
    }

    private static int BatchSize(TuningSettings settings, int examples) => settings.BatchSize > 0 ? settings.BatchSize : Math.Clamp(examples / 16, 1, 8);

    /// <summary>What is known of a job that takes nothing of this machine.</summary>
    private static JobForecast Elsewhere(TuningSettings settings, RowCounts learned)
    {
        var batch = BatchSize(settings, learned.Examples);
        var steps = Math.Min(settings.MaxSteps > 0 ? settings.MaxSteps : int.MaxValue, (long)settings.Epochs * ((learned.Examples + batch - 1) / batch));
        return new JobForecast(0, 0, 0, 0, (int)steps, settings.Epochs * learned.Tokens, 0);
    }

    /// <summary>Asks the trainer what the job takes, on the card where it is to be one. A card that it cannot have is passed over unless somebody asked for it.</summary>
    private async Task<JobForecast> ForecastAsync(ModelEngine engine, TuningDevice wanted, JsonObject settings, JobFiles folder, CancellationToken cancellation)
    {
        var card = engine.Library.Devices.Where(device => device.IsGpu).Select(device => (long?)device.MemoryBytes).Max();
        if (wanted == TuningDevice.Gpu && card is null)
        {
            throw new TuningFault("invalid_request", TuningCheck.NoCard, "device");
        }

        if (card is { } bytes && wanted != TuningDevice.Cpu)
        {
            try
            {
                return await ForecastAsync(engine, "gpu", bytes, settings, folder, cancellation);
            }
            catch (TuningFault) when (wanted == TuningDevice.Auto)
            {
                settings.Remove("device"); // it does not fit the card, or the trainer cannot use that: the processor says what is wrong where it is more than that
            }
        }

        return await ForecastAsync(engine, "cpu", long.MaxValue, settings, folder, cancellation);
    }

    /// <param name="most">Bytes that the device itself has.</param>
    private async Task<JobForecast> ForecastAsync(ModelEngine engine, string device, long most, JsonObject settings, JobFiles folder, CancellationToken cancellation)
    {
        settings["device"] = device;
        await File.WriteAllTextAsync(folder.Settings, settings.ToJsonString(), cancellation);
        try
        {
            var said = await trainer.Program.RunAsync("The forecast", ProbeBytes + 2 * new FileInfo(settings["model"]!.GetValue<string>()).Length, ["forecast", folder.Path], cancellation);
            var forecast = JsonSerializer.Deserialize(said, ForecastJson.Default.JobForecast) ?? throw new JsonException();
            var room = Math.Min(most, engine.RoomForWork.Most); // more than that it would wait for for ever
            return forecast.TotalBytes <= room ? forecast with { Device = device } : throw new TuningFault("out_of_memory", string.Create(CultureInfo.InvariantCulture,
                $"The job needs about {forecast.TotalBytes >> 20} MiB (base {forecast.BaseBytes >> 20}, adapter {forecast.AdapterBytes >> 20}, a batch {forecast.GraphBytes >> 20}) and {room >> 20} MiB of {engine.Memory.TotalBytes >> 20} is the most that it may have: the model that answers, and those that are pinned, stay loaded beside it. Set 'gradient_checkpointing' to true, lower 'sequence_tokens' and 'micro_batch_tokens', take a smaller or quantised base, or let a smaller model answer meanwhile."));
        }
        catch (EngineException refused)
        {
            var code = refused.Kind == EngineErrorKind.OutOfMemory ? "out_of_memory" : refused.Fault is { } fault ? TrainerRun.Code(fault) : "invalid_request";
            throw new TuningFault(code, refused.Message, refused.Fault is null or "model" ? "model" : null, refused);
        }
        catch (JsonException fault)
        {
            throw new TuningFault("internal_error", "The trainer's forecast cannot be read. This is a bug.", null, fault);
        }
    }
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower)]
[System.Text.Json.Serialization.JsonSerializable(typeof(JobForecast))]
internal sealed partial class ForecastJson : System.Text.Json.Serialization.JsonSerializerContext;
