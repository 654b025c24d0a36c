using System.Diagnostics;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;
using Platform.Training;
using Platform.Training.Export;
using Platform.Training.Jobs;

const string Usage = "usage: Platform.Training train FOLDER [--stdin]   runs the job of a folder, or goes on with it\n       Platform.Training forecast FOLDER          says what memory and time it would take, as JSON\n       Platform.Training export FOLDER CHECKPOINT OUT     makes an adapter of a checkpoint\n       Platform.Training compare FOLDER ADAPTER OUT       sets an adapter of a job beside its base, on the rows that the job held out\n       Platform.Training score FOLDER ROWS OUT            rates a file of rows with the adapter of a finished job\n       Platform.Training merge MODEL ADAPTER OUT          makes a model of its own of a model and an adapter\n       Platform.Training convert FOLDER MODEL OUT         makes an adapter here of one that PEFT saved";
try
{
    switch (args)
    {
        case ["train", var path, .. var rest] when rest is [] or ["--stdin"]:
            using (var self = Process.GetCurrentProcess()) { self.PriorityClass = ProcessPriorityClass.BelowNormal; } // answers come first
            var folder = new JobFolder(path);
            using (var control = new JobControl(folder))
            {
                control.HearSignals();
                if (rest.Length > 0) { control.HearStandardInput(); }
                return new JobWorker(folder, control, TimeProvider.System).Run() switch { JobState.Succeeded => 0, JobState.Paused => 3, _ => 4 };
            }
        case ["forecast", var path]:
            Console.WriteLine(Forecast.Of(new JobFolder(path), TimeProvider.System));
            return 0;
        case ["export", var trained, var checkpoint, var exported]:
            CheckpointExport.Write(new JobFolder(trained), checkpoint, exported);
            return 0;
        case ["compare", var held, var compared, var told]:
            BaseComparison.Write(new JobFolder(held), compared, told);
            return 0;
        case ["score", var job, var rows, var scores]:
            RowScores.Write(new JobFolder(job), rows, scores);
            return 0;
        case ["merge", var model, var adapter, var merged]:
            MergedModel.Write(model, adapter, merged);
            return 0;
        case ["convert", var saved, var served, var converted]:
            PeftAdapter.Convert(saved, served, converted);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (Exception fault) when (FileFault.Is(fault))
{
    Console.Error.WriteLine(JobWorker.MessageOf(fault)); // what callers are told; the rest is for who stands at the machine
    Name(fault);
    Console.Error.WriteLine(fault.Message);
    return 1;
}
catch (Exception fault) when (fault is TrainingException or NativeCallException or NativesUnusableException or GgufException or OutOfMemoryException)
{
    Console.Error.WriteLine(JobWorker.MessageOf(fault));
    Name(fault);
    return 1;
}

// For the program that started this one.
static void Name(Exception fault)
{
    if (JobWorker.FaultOf(fault) is { } name) { Console.Error.WriteLine($"fault: {name.ToString().ToLowerInvariant()}"); }
}
