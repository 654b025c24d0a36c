using System.Globalization;
using System.Text.RegularExpressions;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Training.Datasets;
using Platform.Training.Rows;

namespace Platform.Web.Features.Training;

/// <summary>A job as a person fills it in. Numbers are kept as they were typed; what is left empty is the service's to choose.</summary>
public sealed partial class JobForm
{
    public const int MostOthers = 7;

    public static readonly IReadOnlyList<string> AllTargets = ["q", "k", "v", "o", "gate", "up", "down"];

    public string Model { get; set; } = "";

    public TuningMethod Method { get; set; }

    public string AdapterName { get; set; } = "";

    public Dictionary<string, string> Numbers { get; } = [];

    public HashSet<string> Targets { get; } = [.. AllTargets];

    public bool StopsEarly { get; set; } = true;

    public bool SavesMemory { get; set; }

    /// <summary>Only between two times of day, as browsers write them: 22:00.</summary>
    public bool HasWindow { get; set; }

    public string From { get; set; } = "22:00";

    public string To { get; set; } = "06:00";

    /// <summary>Datasets that are mixed in beside the one that the job begins with; at most <see cref="MostOthers"/>.</summary>
    public List<MixPart> Others { get; } = [];

    /// <summary>How much there is of that one, where others are mixed in.</summary>
    public MixShare FirstShare { get; } = new();

    /// <summary>The rows that a method learns from.</summary>
    public RowKind Kind => Method switch { TuningMethod.Dpo => RowKind.Preference, TuningMethod.Pretraining => RowKind.Text, _ => RowKind.Dialogue };

    public bool IsNamed => NameForm().IsMatch(AdapterName);

    public IEnumerable<JobSetting> Settings => JobSetting.All.Where(setting => setting.IsOf(Method));

    /// <summary>Whether every number may be chosen.</summary>
    public bool IsSound => Settings.All(IsGood) && Targets.Count > 0 && (Others.Count == 0 || FirstShare.IsSound) && Others.TrueForAll(part => part.Share.IsSound) && (!HasWindow || (From.Length > 0 && To.Length > 0 && From != To));

    public bool IsGood(JobSetting setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return Numbers.GetValueOrDefault(setting.Name) is not { Length: > 0 } text || setting.Read(text) is not null;
    }

    public bool Is(JobPreset preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        return Numbers.Count == preset.Numbers.Count && preset.Numbers.All(pair => Numbers.GetValueOrDefault(pair.Key) == pair.Value);
    }

    public void Take(JobPreset preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        Numbers.Clear();
        foreach (var (name, value) in preset.Numbers)
        {
            Numbers[name] = value;
        }
    }

    /// <summary>What another job was made with.</summary>
    public void Take(TuningJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        (Model, AdapterName, Method) = (job.Model, job.AdapterName ?? "", Enum.TryParse<TuningMethod>(job.Method?.Type, ignoreCase: true, out var method) ? method : TuningMethod.Supervised);
        Numbers.Clear();
        foreach (var setting in Settings)
        {
            if (JobFigures.Of(job, setting.Name) is { } value && value != setting.UsualOf(Method) && !(setting.Name == JobSetting.Alpha && value == 2 * job.Lora?.R))
            {
                Numbers[setting.Name] = value.ToString("R", CultureInfo.InvariantCulture);
            }
        }
        Targets.Clear();
        Targets.UnionWith(job.Lora?.TargetModules ?? AllTargets);
        (StopsEarly, SavesMemory) = (job.EarlyStopping is not null, job.Hyperparameters?.GradientCheckpointing == true);
        if (job.Schedule?.Window.Split('-') is [var from, var to])
        {
            (HasWindow, From, To) = (true, from.Trim(), to.Trim());
        }
    }

    /// <summary>What the service is asked for.</summary>
    /// <param name="others">The files of <see cref="Others"/>, in their order.</param>
    public TuningRequest ToRequest(SentVersion files, Dataset set, DatasetVersion version, params IReadOnlyList<SentVersion> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(version);
        return new TuningRequest(Model, files.Learned)
        {
            Mixture = others.Count == 0 ? [] : [FirstShare.Of(files), .. Others.Zip(others, (part, sent) => part.Share.Of(sent))],
            ValidationFile = others.Count == 0 ? files.Held : null, ValidationShare = others.Prepend(files).All(sent => sent.Held is null) ? Number(JobSetting.Share) : null, AdapterName = AdapterName.Length == 0 ? null : AdapterName, Method = Method, Seed = Whole(JobSetting.Seed),
            Metadata = new Dictionary<string, string>(others.Count == 0 ? [] : [KeyValuePair.Create(JobOrigin.MixtureKey, string.Create(CultureInfo.InvariantCulture, $"{FirstShare.Weight}x{FirstShare.MaxRepeats}|{MixPart.Write(Others)}"))])
            {
                [JobOrigin.DatasetKey] = set.Id.ToString(), [JobOrigin.NameKey] = set.Name, [JobOrigin.VersionKey] = $"{set.Name}@{version.Number.ToString(CultureInfo.InvariantCulture)}", [JobOrigin.HashKey] = version.Sha256,
            },
            Epochs = Whole(JobSetting.Epochs), MaxSteps = Whole(JobSetting.MaxSteps), BatchSize = Whole(JobSetting.BatchSize), LearningRate = Number(JobSetting.LearningRate), WarmupShare = Number(JobSetting.Warmup),
            WeightDecay = Number(JobSetting.WeightDecay), MaxGradient = Number(JobSetting.MaxGradient), Beta = Number(JobSetting.Beta), SequenceTokens = Whole(JobSetting.Sequence), MicroBatchTokens = Whole(JobSetting.MicroBatch),
            EvaluateEvery = Whole(JobSetting.EvaluateEvery), CheckpointEvery = Whole(JobSetting.CheckpointEvery), GradientCheckpointing = SavesMemory,
            Rank = Whole(JobSetting.Rank), Alpha = Number(JobSetting.Alpha), Dropout = Number(JobSetting.Dropout), LastLayers = Whole(JobSetting.LastLayers),
            Targets = Targets.Count == AllTargets.Count ? null : [.. AllTargets.Where(Targets.Contains)],
            StopsEarly = StopsEarly, Patience = StopsEarly ? Whole(JobSetting.Patience) : null, MinDelta = StopsEarly ? Number(JobSetting.MinDelta) : null,
            Window = HasWindow ? $"{From}-{To}" : null,
        };
    }

    private double? Number(string name) => Settings.FirstOrDefault(setting => setting.Name == name) is { } setting && Numbers.GetValueOrDefault(name) is { } text ? setting.Read(text) : null;

    private int? Whole(string name) => (int?)Number(name);

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex NameForm();
}
