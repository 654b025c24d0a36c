using Platform.ModelHost.Native.Gguf;
using Platform.ModelHost.Native.Tensors;
using Platform.Training.Batches;
using Platform.Training.Graph;
using Platform.Training.Learning;
using Platform.Training.Optimise;

namespace Platform.Training.Jobs;

/// <summary>What a job computes with: the model, the adapter, the rows and the optimiser.</summary>
internal sealed class JobSite : IDisposable
{
    private const int Share = 20; // evaluations and checkpoints of a job, unless it says otherwise
    private readonly ComputeBackend backend;

    private JobSite(JobFolder folder, JobSettings settings, ComputeBackend backend, BaseModel model, LoraWeights adapter, string modelSha256)
    {
        (Folder, Settings, this.backend, Model, Adapter, ModelSha256) = (folder, settings, backend, model, adapter, modelSha256);
        Shelf = new GraphShelf(model);
        Learning = Objective(folder.File(settings.Train));
        Validation = settings.Validation is null ? null : Objective(folder.File(settings.Validation));
        Order = new RowOrder(Learning.Rows, settings.BatchSize, settings.Seed);
        Steps = (int)Math.Min(settings.MaxSteps > 0 ? settings.MaxSteps : int.MaxValue, (long)settings.Epochs * Order.StepsAnEpoch);
        Schedule = new Schedule(settings.LearningRate, (int)Math.Ceiling(settings.WarmupShare * Steps), Steps);
        EarlyStop = new EarlyStop(settings.EarlyStopping?.Patience ?? int.MaxValue, settings.EarlyStopping?.MinDelta ?? 0, EarlyStop.FirstStep(Order.StepsAnEpoch, Steps));
        (EvaluateEvery, CheckpointEvery) = (Every(settings.EvaluateEvery), Every(settings.CheckpointEvery));
    }

    internal JobFolder Folder { get; }

    internal JobSettings Settings { get; }

    internal BaseModel Model { get; }

    internal string ModelSha256 { get; }

    internal LoraWeights Adapter { get; }

    internal GraphShelf Shelf { get; }

    internal IObjective Learning { get; }

    internal IObjective? Validation { get; }

    internal RowOrder Order { get; }

    internal Schedule Schedule { get; }

    internal EarlyStop EarlyStop { get; }

    internal int Steps { get; }

    internal int EvaluateEvery { get; }

    internal int CheckpointEvery { get; }

    internal ComputeBackend Backend => backend;

    /// <summary>Loads everything.</summary>
    /// <exception cref="TrainingException">The model, the settings or the rows are refused.</exception>
    internal static JobSite Open(JobFolder folder, CancellationToken cancellation) => Open(folder, isOutline: false, cancellation);

    /// <summary>The same without weights, to measure what the job would take.</summary>
    internal static JobSite Outline(JobFolder folder) => Open(folder, isOutline: true, CancellationToken.None);

    private static JobSite Open(JobFolder folder, bool isOutline, CancellationToken cancellation)
    {
        var settings = JobSettings.Read(folder.Settings);
        var sha256 = isOutline ? settings.ModelSha256 ?? "" : Hash(settings);
        var backend = settings.Device == TrainingDevice.Gpu ? ComputeBackend.Gpu() : ComputeBackend.Cpu(settings.Threads);
        BaseModel? model = null;
        LoraWeights? adapter = null;
        try
        {
            model = isOutline ? BaseModel.Outline(settings.Model, settings.Precision, backend) : BaseModel.Load(settings.Model, settings.Precision, backend, cancellation);
            adapter = isOutline ? LoraWeights.Outline(model, settings.LoraOptions) : LoraWeights.Create(model, settings.LoraOptions, settings.Seed);
            return new JobSite(folder, settings, backend, model, adapter, sha256);
        }
        catch (Exception fault)
        {
            adapter?.Dispose();
            model?.Dispose();
            backend.Dispose();
            if (fault is GgufException) { throw new TrainingException(TrainingFault.Model, $"The model {Path.GetFileName(settings.Model)} is refused: {fault.Message}", fault); }
            throw;
        }
    }

    private static string Hash(JobSettings settings)
    {
        var sha256 = JobIdentity.HashOf(settings.Model);
        return settings.ModelSha256 is not { } named || named.Equals(sha256, StringComparison.OrdinalIgnoreCase) ? sha256
            : throw new TrainingException(TrainingFault.Base, $"The model {Path.GetFileName(settings.Model)} is another than the one that the rows were made for: its SHA-256 is {sha256}, not {named}. Make the job anew.");
    }

    private IObjective Objective(string path)
    {
        var (vocabulary, most) = (Model.Shape.Vocabulary, Math.Min(Settings.SequenceTokens, Model.Shape.ContextTokens));
        var options = new LearningOptions(Settings.MicroBatchTokens, Settings.Checkpointing);
        return Settings.Method switch
        {
            TrainingMethod.Dpo => new PreferenceObjective(Shelf, Adapter, RowFile.Pairs(path, vocabulary, most), Settings.Beta, options),
            TrainingMethod.Pretraining => new TextObjective(Shelf, Adapter, RowFile.Pieces(path, vocabulary, most), options),
            _ => new TextObjective(Shelf, Adapter, RowFile.Examples(path, vocabulary, most), options),
        };
    }

    private int Every(int asked) => asked > 0 ? asked : Math.Max(1, Steps / Share);

    public void Dispose()
    {
        Shelf.Dispose();
        Adapter.Dispose();
        Model.Dispose();
        backend.Dispose();
    }
}
