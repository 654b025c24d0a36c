using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Commands;

/// <summary>`train`: an adapter from a file of rows, in the terminal. What was begun stays in the folder until it is done; the same words again go on with it, also after a failure, and other words are refused.</summary>
internal static class TrainCommand
{
    private const string Work = "work", Adapter = "adapter.gguf", WordsKey = "terminal_words";
    private const int MostWords = 512; // of a text that the service keeps

    internal static Command Create()
    {
        var dataset = new Option<FileInfo>("--dataset") { Description = "Rows to learn from: JSON lines or one JSON array (messages, ShareGPT, Alpaca, pairs of answers, text), or plain text.", Required = true };
        var model = new Option<string>("--base") { Description = "Base model: a .gguf file, or hf:owner/repo/file.gguf.", Required = true };
        var target = new Option<DirectoryInfo>("--out") { Description = "Folder for the adapter and its measures.", Required = true };
        var validation = new Option<FileInfo?>("--validation") { Description = "Rows to evaluate on (default: a tenth of the dataset is held out)." };
        var options = new TrainOptions();
        var command = new Command("train", "Train an adapter on a file of rows.") { dataset, model, target, validation };
        foreach (var option in options.All)
        {
            command.Add(option);
        }
        command.SetAction(async (parsed, cancellation) =>
        {
            var files = new[] { parsed.GetValue(dataset)!, parsed.GetValue(validation) };
            if (files.FirstOrDefault(file => file is { Exists: false }) is { } missing)
            {
                await Console.Error.WriteLineAsync($"platform: the file {missing.FullName} does not exist.");
                return 1;
            }
            if (files.OfType<FileInfo>().FirstOrDefault(IsTable) is { } table)
            {
                await Console.Error.WriteLineAsync($"platform: {table.FullName} is a table, and would be learned as one text. Import it on the page Datasets, which asks what its columns are, and give the rows that are exported there; or write JSON lines.");
                return 1;
            }
            var folder = parsed.GetValue(target)!;
            var work = Directory.CreateDirectory(Path.Combine(folder.FullName, Work));
            var code = await TerminalRooms.RunAsync(work, parsed.GetValue(model), async (rooms, stop) =>
            {
                var tuning = rooms.Services.GetRequiredService<FineTuning>();
                var wish = options.Read(parsed) with { AdapterName = "adapter" };
                wish = wish with { Metadata = new Dictionary<string, string> { [WordsKey] = await WordsAsync(files, parsed.GetValue(model)!, wish, stop) } };
                if (await BegunAsync(tuning, stop) is { } begun && begun.Metadata.GetValueOrDefault(WordsKey) != wish.Metadata[WordsKey])
                {
                    await Console.Error.WriteLineAsync($"platform: {work.FullName} holds a job that was begun with other words, and is not done. Give the same again, another --out, or delete that folder.\n  begun with: {begun.Metadata.GetValueOrDefault(WordsKey)}\n  now:        {wish.Metadata[WordsKey]}");
                    return 1;
                }
                TuningJob job;
                try
                {
                    job = await GoOnAsync(tuning, stop) ?? await StartAsync(rooms, files, wish, stop);
                }
                catch (ModelHostException refused)
                {
                    await Console.Error.WriteLineAsync($"platform: {options.Typed(refused.Message)}");
                    return 1;
                }
                job = await FollowAsync(tuning, job.Id, options, stop);
                if (job is { Status: TuningStatus.Failed, Forecast: not null }) // rows that were refused are another job when they are others
                {
                    await Console.Error.WriteLineAsync("platform: the job failed. When the reason is gone, the same command goes on from its last checkpoint.");
                }
                return job.Status == TuningStatus.Succeeded ? await KeepAsync(rooms, tuning, job, folder, stop) : 1;
            }, cancellation);
            if (code == 0)
            {
                work.Delete(recursive: true);
            }
            else if (code == 130) // another code has said what to do
            {
                await Console.Error.WriteLineAsync("platform: the same command goes on from here.");
            }
            return code;
        });
        return command;
    }

    /// <summary>Whether a file has columns, which nobody here is asked about; what is no table is JSON lines or a text.</summary>
    internal static bool IsTable(FileInfo file) => file.Extension.ToUpperInvariant() is ".CSV" or ".TSV" or ".XLSX" or ".XLS" or ".ODS";

    /// <summary>The job of the folder, as long as it is not done. One whose rows were refused is none: they may be others now.</summary>
    private static async Task<TuningJob?> BegunAsync(FineTuning tuning, CancellationToken stop) =>
        (await tuning.ListAsync(null, 1, stop)).Items.FirstOrDefault(job => job is not ({ Status: TuningStatus.Succeeded or TuningStatus.Cancelled } or { Status: TuningStatus.Failed, Forecast: null }));

    /// <summary>The same, taken up again where it was paused or failed: its checkpoints are there.</summary>
    private static async Task<TuningJob?> GoOnAsync(FineTuning tuning, CancellationToken stop) => await BegunAsync(tuning, stop) switch
    {
        { Status: TuningStatus.Failed or TuningStatus.Paused } stopped => await tuning.ResumeAsync(stopped.Id, null, stop),
        var going => going,
    };

    /// <summary>What decides what is learned, in a line: two that are the same go on with one another.</summary>
    internal static async Task<string> WordsAsync(IEnumerable<FileInfo?> files, string model, TuningRequest wish, CancellationToken stop)
    {
        var hashes = new List<string>();
        foreach (var file in files)
        {
            await using var content = file?.OpenRead();
            hashes.Add(content is null ? "none" : Convert.ToHexStringLower(await SHA256.HashDataAsync(content, stop))[..12]);
        }
        var named = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(File.Exists(model) ? Path.GetFullPath(model) : model)))[..12];
        var words = string.Create(CultureInfo.InvariantCulture, $"dataset {hashes[0]}, validation {hashes[1]}, base {named}, {wish.Method}, epochs {wish.Epochs}, learning rate {wish.LearningRate}, rank {wish.Rank}, last layers {wish.LastLayers}, seed {wish.Seed}{string.Concat(More(wish).Where(one => one.Value is not null).Select(one => string.Create(CultureInfo.InvariantCulture, $", {one.Name} {one.Value}")))}");
        return words.Length <= MostWords ? words : $"{words[..(MostWords - 16)]}… {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(words)))[..12]}";
    }

    // What few people choose: left out where nobody did.
    private static IEnumerable<(string Name, object? Value)> More(TuningRequest wish) =>
    [
        ("steps", wish.MaxSteps), ("batch", wish.BatchSize), ("alpha", wish.Alpha), ("dropout", wish.Dropout), ("targets", wish.Targets is null ? null : string.Join(' ', wish.Targets)), ("warmup", wish.WarmupShare), ("decay", wish.WeightDecay),
        ("gradient", wish.MaxGradient), ("beta", wish.Beta), ("tokens", wish.SequenceTokens), ("at once", wish.MicroBatchTokens), ("held out", wish.ValidationShare), ("evaluations", wish.EvaluateEvery), ("checkpoints", wish.CheckpointEvery),
        ("patience", wish.Patience), ("delta", wish.MinDelta), ("early stopping", wish.StopsEarly ? null : "off"), ("recompute", wish.GradientCheckpointing ? "on" : null), ("device", wish.Device), ("precision", wish.Precision),
    ];

    private static async Task<TuningJob> StartAsync(TerminalRooms rooms, FileInfo?[] files, TuningRequest wish, CancellationToken stop)
    {
        var tuning = rooms.Services.GetRequiredService<FineTuning>();
        var sent = new List<TuningFile>();
        foreach (var file in files.OfType<FileInfo>())
        {
            await using var content = file.OpenRead();
            sent.Add(await tuning.UploadAsync(file.Name, content, stop));
        }
        var model = (await rooms.Services.GetRequiredService<ModelAdmin>().ListAsync(stop)).First(known => known.IsDefault).Id;
        return await tuning.StartAsync(wish with { Model = model, TrainingFile = sent[0].Id, ValidationFile = sent.Count > 1 ? sent[1].Id : null }, stop);
    }

    private static async Task<TuningJob> FollowAsync(FineTuning tuning, string id, TrainOptions options, CancellationToken stop)
    {
        var line = new StatusLine(Console.Error);
        TuningJob? last = null;
        double? valid = null;
        await foreach (var news in tuning.FollowAsync(id, null, stop))
        {
            last = news.Job ?? last;
            valid = news.Event?.Data?.ValidLoss ?? valid;
            if (news.Event is { Type: "metrics", Data: { } step })
            {
                line.Show(Bar(step, valid));
            }
            else if (news.Event is { } told)
            {
                line.Show("");
                await Console.Error.WriteAsync("\r" + options.Typed(told.Message) + Environment.NewLine);
            }
        }
        return last!;
    }

    /// <summary>How far a job is, in a line.</summary>
    internal static string Bar(TuningMetrics step, double? valid)
    {
        const int width = 24;
        var share = step.TotalSteps is > 0 and var all ? Math.Clamp((double)step.Step / all, 0, 1) : 0;
        var (done, loss, evaluated, speed) = ((int)(share * width), step.TrainLoss is { } train ? $"  loss {Number(train)}" : "", valid is { } of ? $"  evaluation {Number(of)}" : "", step.TokensPerSecond is { } rate ? $"  {Math.Round(rate)} tokens/s" : "");
        return $"[{new string('#', done)}{new string('.', width - done)}] {step.Step}/{step.TotalSteps}{loss}{evaluated}{speed}";

        static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
    }

    /// <summary>What the adapter does better or worse than its base, a measure a line.</summary>
    internal static IEnumerable<string> Table(IReadOnlyList<TuningMeasure> measures) => measures.Count == 0 ? [] :
    [
        $"{"measure",-20} {"base",10} {"adapter",10}  rows",
        .. measures.Select(measure => string.Create(CultureInfo.InvariantCulture, $"{measure.Name,-20} {measure.Base,10:0.000} {measure.Value,10:0.000}  {(measure.Of is { } rows ? rows : "–")}")),
    ];

    private static async Task<int> KeepAsync(TerminalRooms rooms, FineTuning tuning, TuningJob job, DirectoryInfo folder, CancellationToken stop)
    {
        var path = Path.Combine(folder.FullName, Adapter);
        await using (var file = File.Create(path))
        {
            await rooms.Services.GetRequiredService<AdapterAdmin>().ReadAsync(job.Adapter!.Name, job.Adapter.Version, file, stop);
        }
        foreach (var result in (await tuning.FilesAsync(stop)).Where(file => job.ResultFiles.Contains(file.Id)))
        {
            await using var file = File.Create(Path.Combine(folder.FullName, Path.GetFileName(result.Filename)));
            await tuning.ReadFileAsync(result.Id, file, stop);
        }
        foreach (var line in Table(job.Measures))
        {
            Console.WriteLine(line);
        }
        Console.WriteLine(path);
        return 0;
    }
}
