using System.CommandLine;
using System.Globalization;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Commands;

/// <summary>`train`: an adapter from a file of rows, in the terminal. What was begun stays in the folder until it is done; the same words again go on with it.</summary>
internal static class TrainCommand
{
    private const string Work = "work", Adapter = "adapter.gguf";

    internal static Command Create()
    {
        var dataset = new Option<FileInfo>("--dataset") { Description = "Rows to learn from: JSON lines (messages, ShareGPT, Alpaca, pairs of answers, text) or plain text.", Required = true };
        var model = new Option<string>("--base") { Description = "Base model: a .gguf file, or hf:owner/repo/file.gguf.", Required = true };
        var target = new Option<DirectoryInfo>("--out") { Description = "Folder for the adapter and its measures.", Required = true };
        var validation = new Option<FileInfo?>("--validation") { Description = "Rows to evaluate on (default: a tenth of the dataset is held out)." };
        var method = new Option<TuningMethod>("--method") { Description = "supervised, dpo or pretraining (default supervised)." };
        var epochs = new Option<int?>("--epochs") { Description = "Times through the rows (default 3)." };
        var rate = new Option<double?>("--learning-rate") { Description = "Highest learning rate (default 0.0002, dpo 0.00005)." };
        var rank = new Option<int?>("--rank") { Description = "Rank of the adapter, a multiple of 16 (default 16)." };
        var layers = new Option<int?>("--last-layers") { Description = "Train only so many layers, counted from the last (default 0: all)." };
        var seed = new Option<long?>("--seed") { Description = "Decides what is left to chance (default 42)." };
        var command = new Command("train", "Train an adapter on a file of rows.") { dataset, model, target, validation, method, epochs, rate, rank, layers, seed };
        command.SetAction(async (parsed, cancellation) =>
        {
            var files = new[] { parsed.GetValue(dataset)!, parsed.GetValue(validation) };
            if (files.FirstOrDefault(file => file is { Exists: false }) is { } missing)
            {
                await Console.Error.WriteLineAsync($"platform: the file {missing.FullName} does not exist.");
                return 1;
            }
            var folder = parsed.GetValue(target)!;
            var work = Directory.CreateDirectory(Path.Combine(folder.FullName, Work));
            var code = await TerminalRooms.RunAsync(work, parsed.GetValue(model), async (rooms, stop) =>
            {
                var tuning = rooms.Services.GetRequiredService<FineTuning>();
                var job = await UnfinishedAsync(tuning, stop) ?? await StartAsync(rooms, files, id => new TuningRequest("", id)
                {
                    AdapterName = "adapter", Method = parsed.GetValue(method), Epochs = parsed.GetValue(epochs), LearningRate = parsed.GetValue(rate), Rank = parsed.GetValue(rank), LastLayers = parsed.GetValue(layers), Seed = parsed.GetValue(seed) ?? 42,
                }, stop);
                job = await FollowAsync(tuning, job.Id, stop);
                return job.Status == TuningStatus.Succeeded ? await KeepAsync(rooms, tuning, job, folder, stop) : 1;
            }, cancellation);
            if (code == 0)
            {
                work.Delete(recursive: true);
            }
            else if (code == 130)
            {
                await Console.Error.WriteLineAsync("platform: the same command goes on from here.");
            }
            return code;
        });
        return command;
    }

    private static async Task<TuningJob?> UnfinishedAsync(FineTuning tuning, CancellationToken stop) => (await tuning.ListAsync(null, 1, stop)).Items.FirstOrDefault(job => !job.HasEnded);

    private static async Task<TuningJob> StartAsync(TerminalRooms rooms, FileInfo?[] files, Func<string, TuningRequest> wish, CancellationToken stop)
    {
        var tuning = rooms.Services.GetRequiredService<FineTuning>();
        var sent = new List<TuningFile>();
        foreach (var file in files.OfType<FileInfo>())
        {
            await using var content = file.OpenRead();
            sent.Add(await tuning.UploadAsync(file.Name, content, stop));
        }
        var model = (await rooms.Services.GetRequiredService<ModelAdmin>().ListAsync(stop)).First(known => known.IsDefault).Id;
        return await tuning.StartAsync(wish(sent[0].Id) with { Model = model, ValidationFile = sent.Count > 1 ? sent[1].Id : null }, stop);
    }

    private static async Task<TuningJob> FollowAsync(FineTuning tuning, string id, CancellationToken stop)
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
                await Console.Error.WriteAsync("\r" + told.Message + Environment.NewLine);
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
