using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Retrieval.Reading;
using Platform.Training.Rows;

namespace Platform.Web.Commands;

/// <summary>`train`: an adapter from a file of rows, in the terminal. What was begun stays in the folder until it is done; the same words again go on with it, also after a failure, and other words are refused. So it is with a folder that is done: the same words end at once.</summary>
internal static class TrainCommand
{
    private const string Work = "work", Adapter = "adapter.gguf", Words = "words.txt", WordsKey = "terminal_words";
    private const int MostWords = 512; // of a text that the service keeps
    private static readonly string[] Quiet = ["answered_by_base", "answered", "draft_made"]; // evaluations are in the bar; what answers as a draft is gone with the command

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
            if (files.OfType<FileInfo>().Select(Unusable).FirstOrDefault(why => why is not null) is { } unusable)
            {
                await Console.Error.WriteLineAsync($"platform: {unusable}");
                return 1;
            }
            var folder = parsed.GetValue(target)!;
            var wish = options.Read(parsed) with { AdapterName = "adapter" };
            var words = await WordsAsync(files, parsed.GetValue(model)!, wish, cancellation);
            wish = wish with { Metadata = new Dictionary<string, string> { [WordsKey] = words } };
            if (Done(folder) is { } done)
            {
                return await EndAsync(folder, done, words);
            }
            var (isNew, isBegun) = (!Directory.Exists(Path.Combine(folder.FullName, Work)), false);
            if (Refusal(folder, words, parsed.GetValue(model)!) is { } other) // before anything is started that would go on with what was begun
            {
                await Console.Error.WriteLineAsync($"platform: {other}");
                return 1;
            }
            var work = Directory.CreateDirectory(Path.Combine(folder.FullName, Work));
            var begun = Path.Combine(work.FullName, Words);
            var isFirst = !File.Exists(begun);
            if (isFirst)
            {
                await WholeAsync(begun, file => file.WriteAsync(Encoding.UTF8.GetBytes($"{words}\n{Path.GetFileName(parsed.GetValue(model))}\n"), cancellation).AsTask());
            }
            var code = await TerminalRooms.RunAsync(work, parsed.GetValue(model), async (rooms, stop) =>
            {
                var tuning = rooms.Services.GetRequiredService<FineTuning>();
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
                isBegun = true;
                job = await FollowAsync(tuning, job.Id, options, stop);
                isBegun = job is not { Status: TuningStatus.Failed, Forecast: null };
                if (job is { Status: TuningStatus.Failed, Forecast: not null }) // rows that were refused are another job when they are others
                {
                    await Console.Error.WriteLineAsync(job.Error?.Code is "template_mismatch" or "base_changed"
                        ? $"platform: the job failed, and does not go on. Delete {work.FullName}, and the same command begins anew." : "platform: the job failed. When the reason is gone, the same command goes on from its last checkpoint.");
                }
                return job.Status == TuningStatus.Succeeded ? await KeepAsync(rooms, tuning, job, folder, stop) : 1;
            }, cancellation);
            if (code == 0 || (isNew && !isBegun)) // what was refused leaves nothing to go on with
            {
                work.Delete(recursive: true);
            }
            else if (!isBegun && isFirst)
            {
                File.Delete(begun);
            }
            else if (code == 130) // another code has said what to do
            {
                await Console.Error.WriteLineAsync("platform: the same command goes on from here.");
            }
            return code;
        });
        return command;
    }

    /// <summary>Why no rows can be read of a file, in a sentence: it has columns, which nobody here is asked about, or is no text, whatever its name says. Null where it is JSON or a text.</summary>
    internal static string? Unusable(FileInfo file)
    {
        const string Import = "and give the rows that are exported there; or write JSON lines.";
        if (file.Length == 0)
        {
            return $"{file.FullName} is empty.";
        }
        if (TextPieces.IsTable(file.Name))
        {
            return $"{file.FullName} is a table, and would be learned as one text. Import it on the page Datasets, which asks what its columns are, {Import}";
        }
        return ContentSniffer.Sniff(file.FullName, file.Name) switch
        {
            "text/plain" or "text/markdown" or "application/json" => null,
            { } document => $"{file.FullName} is no plain text ({document}). Import it on the page Datasets, which reads documents and tables, {Import}",
            null => $"{file.FullName} is no text: it holds bytes that no text has. JSON lines, a JSON array or plain text are learned here.",
        };
    }

    /// <summary>What a folder was trained with; empty where it does not say. Null where it holds no adapter, or the work on it is not done.</summary>
    private static string? Done(DirectoryInfo folder)
    {
        var (work, adapter, words) = (Path.Combine(folder.FullName, Work), Path.Combine(folder.FullName, Adapter), Path.Combine(folder.FullName, Words));
        return Directory.Exists(work) || !File.Exists(adapter) ? null : File.Exists(words) ? File.ReadAllText(words).TrimEnd() : "";
    }

    /// <summary>Why what was begun in a folder cannot be gone on with; null where it can be, or nothing was begun. A job knows its base by the name of its file.</summary>
    internal static string? Refusal(DirectoryInfo folder, string words, string model)
    {
        var work = Path.Combine(folder.FullName, Work);
        if (!File.Exists(Path.Combine(work, Words)) || File.ReadAllLines(Path.Combine(work, Words)) is not [var begun, var name, ..])
        {
            return null;
        }
        return begun != words ? $"{work} holds a job that was begun with other words, and is not done. Give the same again, another --out, or delete that folder.\n  begun with: {begun}\n  now:        {words}"
            : name != Path.GetFileName(model) ? $"{work} holds a job that was begun with the base {name}, and {model} is the same under another name. Give it under that one."
            : null;
    }

    /// <summary>Nothing is trained into a folder that is done: the same words find what they ask for, and others would overwrite it.</summary>
    private static async Task<int> EndAsync(DirectoryInfo folder, string done, string words)
    {
        var path = Path.Combine(folder.FullName, Adapter);
        if (done == words)
        {
            await Console.Error.WriteLineAsync("platform: this was trained already, with the same words.");
            Console.WriteLine(path);
            return 0;
        }
        await Console.Error.WriteLineAsync($"platform: {path} was trained with other words, and is not overwritten. Give another --out, or delete that folder.\n  trained with: {(done.Length > 0 ? done : "unknown")}\n  now:          {words}");
        return 1;
    }

    /// <summary>The job of the folder, which is there as long as what came of it was not taken. One whose rows were refused is none: they may be others now.</summary>
    private static async Task<TuningJob?> BegunAsync(FineTuning tuning, CancellationToken stop) =>
        (await tuning.ListAsync(null, 1, stop)).Items.FirstOrDefault(job => job is not ({ Status: TuningStatus.Cancelled } or { Status: TuningStatus.Failed, Forecast: null }));

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
        foreach (var file in files.Append(File.Exists(model) ? new FileInfo(model) : null))
        {
            await using var content = file?.OpenRead();
            hashes.Add(content is null ? "none" : Convert.ToHexStringLower(await SHA256.HashDataAsync(content, stop))[..12]);
        }
        var words = string.Create(CultureInfo.InvariantCulture, $"dataset {hashes[0]}, validation {hashes[1]}, base {(File.Exists(model) ? hashes[2] : model)}, {wish.Method}{string.Concat(More(wish).Where(one => one.Value is not null).Select(one => string.Create(CultureInfo.InvariantCulture, $", {one.Name} {one.Value}")))}");
        return words.Length <= MostWords ? words : $"{words[..(MostWords - 16)]}… {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(words)))[..12]}";
    }

    // What few people choose: left out where nobody did.
    private static IEnumerable<(string Name, object? Value)> More(TuningRequest wish) =>
    [
        ("epochs", wish.Epochs), ("learning rate", wish.LearningRate), ("rank", wish.Rank), ("last layers", wish.LastLayers), ("seed", wish.Seed), ("steps", wish.MaxSteps), ("batch", wish.BatchSize), ("alpha", wish.Alpha), ("dropout", wish.Dropout), ("targets", wish.Targets is null ? null : string.Join(' ', wish.Targets)), ("warmup", wish.WarmupShare), ("decay", wish.WeightDecay),
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
        var hasBadRows = false;
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
                hasBadRows |= IsBadRow(told);
                if (Line(told, hasBadRows) is not { } said)
                {
                    continue;
                }
                line.Show("");
                await Console.Error.WriteAsync("\r" + options.Typed(said) + Environment.NewLine);
            }
        }
        if (hasBadRows && last is { Status: TuningStatus.Failed, Error: { } error })
        {
            await Console.Error.WriteLineAsync(error.Param == "model" ? options.Typed(error.Message) : "Nothing is trained as long as there are such rows. Correct the file, and type the same again.");
        }
        return last!;
    }

    /// <summary>What a terminal says of an event; null for what it is not interrupted by.</summary>
    /// <param name="hasBadRows">Rows that cannot be trained on were told, one by one; what sums them up would tell them again, and is told by what is to be done.</param>
    internal static string? Line(TuningEvent told, bool hasBadRows) =>
        (told.Code is { } code && Quiet.Contains(code)) || (hasBadRows && told.Level == "error" && !IsBadRow(told)) ? null : told.Message;

    private static bool IsBadRow(TuningEvent told) => told is { Level: "error", Rows.Count: > 0 };

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

    /// <summary>Writes a file beside its place first: half of one never looks whole, and one of before stays until the new one is.</summary>
    private static async Task WholeAsync(string path, Func<Stream, Task> write)
    {
        var part = path + ".part";
        await using (var file = File.Create(part))
        {
            await write(file);
        }
        File.Move(part, path, overwrite: true);
    }

    private static async Task<int> KeepAsync(TerminalRooms rooms, FineTuning tuning, TuningJob job, DirectoryInfo folder, CancellationToken stop)
    {
        var path = Path.Combine(folder.FullName, Adapter);
        try
        {
            foreach (var result in (await tuning.FilesAsync(stop)).Where(file => job.ResultFiles.Contains(file.Id)))
            {
                await WholeAsync(Path.Combine(folder.FullName, Path.GetFileName(result.Filename)), file => tuning.ReadFileAsync(result.Id, file, stop));
            }
            await WholeAsync(Path.Combine(folder.FullName, Words), file => file.WriteAsync(Encoding.UTF8.GetBytes(job.Metadata[WordsKey] + "\n"), stop).AsTask());
            await WholeAsync(path, file => rooms.Services.GetRequiredService<AdapterAdmin>().ReadAsync(job.Adapter!.Name, job.Adapter.Version, file, stop)); // last: a folder that has it is whole
        }
        catch (Exception fault) when (fault is ModelHostException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"platform: it is trained, but what came of it could not be written to {folder.FullName}: {fault.Message} When the reason is gone, the same command takes it without training again.");
            return 1;
        }
        foreach (var line in Table(job.Measures))
        {
            Console.WriteLine(line);
        }
        Console.WriteLine(path);
        return 0;
    }
}
