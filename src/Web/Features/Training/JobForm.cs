using System.Globalization;
using System.Text.RegularExpressions;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Training.Datasets;
using Platform.Training.Rows;

namespace Platform.Web.Features.Training;

/// <summary>A job as a person fills it in. Numbers are kept as they were typed; what is left empty is the service's to choose.</summary>
public sealed partial class JobForm
{
    public const int MostOthers = 7;

    private const string Peft = "peft";
    private const int MostPrompts = 5, LongestPrompt = 4_000, MostMixtureRows = 1_000_000;

    public static readonly IReadOnlyList<string> Devices = ["auto", "cpu", "gpu"], Precisions = ["fast", "exact"];

    /// <summary>Those that the trainer here knows (`Training/Worker/Graph/ModelShape`); a runner elsewhere knows its own.</summary>
    private static readonly string[] Architectures = ["llama", "qwen2", "qwen3"];

    public static readonly IReadOnlyList<string> AllTargets = ["q", "k", "v", "o", "gate", "up", "down"];

    public string Model { get; set; } = "";

    public TuningMethod Method { get; set; }

    public string AdapterName { get; set; } = "";

    public Dictionary<string, string> Numbers { get; } = [];

    public HashSet<string> Targets { get; } = [.. AllTargets];

    public bool StopsEarly { get; set; } = true;

    public bool SavesMemory { get; set; }

    /// <summary>A runner elsewhere trains, with PEFT.</summary>
    public bool IsElsewhere { get; set; }

    /// <summary>auto, cpu or gpu.</summary>
    public string Device { get; set; } = Devices[0];

    /// <summary>fast or exact.</summary>
    public string Precision { get; set; } = Precisions[0];

    /// <summary>What is asked at each evaluation, a line each; empty for some of the held-out rows.</summary>
    public string Prompts { get; set; } = "";

    /// <summary>Rows of the mixture, as typed; empty for as many as fit.</summary>
    public string MixtureRows { get; set; } = "";

    /// <summary>Only between two times of day, as browsers write them: 22:00.</summary>
    public bool HasWindow { get; set; }

    public string From { get; set; } = "22:00";

    public string To { get; set; } = "06:00";

    /// <summary>IANA name of the zone that the times of day are in: the person's own; null for the service's.</summary>
    public string? TimeZone { get; set; }

    /// <summary>Golden questions by which the adapter is measured; null for none.</summary>
    public GoldenChoice? Golden { get; set; }

    /// <summary>Datasets that are mixed in beside the one that the job begins with; at most <see cref="MostOthers"/>.</summary>
    public List<MixPart> Others { get; } = [];

    /// <summary>Another dataset's version to measure by; null for what the job's own versions hold back.</summary>
    public MixPart? Evaluated { get; set; }

    /// <summary>How much there is of that one, where others are mixed in.</summary>
    public MixShare FirstShare { get; } = new();

    /// <summary>The rows that a method learns from.</summary>
    public RowKind Kind => Method switch { TuningMethod.Dpo => RowKind.Preference, TuningMethod.Pretraining => RowKind.Text, _ => RowKind.Dialogue };

    /// <summary>Whether the method can be used on a model: one without a chat template learns plain text alone.</summary>
    public bool CanTeach(AdminModel model) => Obstacle(model) is null;

    /// <summary>Of the models that the method can be used on the one that is chosen where nobody chose; null where there is none.</summary>
    public AdminModel? First(IEnumerable<AdminModel> models) => models.Where(CanTeach).OrderByDescending(model => model.IsDefault).FirstOrDefault();

    /// <summary>Name of the text that says why the method cannot be used on a model; null where it can. More may show when its file is looked at.</summary>
    public string? Obstacle(AdminModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model switch
        {
            { IsReadable: false } => "Untaught_unreadable",
            { CanWrite: false } => "Untaught_silent",
            { CanChat: false } when Kind != RowKind.Text => "Untaught_template",
            _ when !IsElsewhere && !Architectures.Contains(model.Architecture) => "Untaught_architecture",
            _ => null,
        };
    }

    public bool IsNamed => IsName(AdapterName);

    /// <summary>Whether an adapter may be called so.</summary>
    public static bool IsName(string name) => NameForm().IsMatch(name);

    public IEnumerable<JobSetting> Settings => JobSetting.All.Where(setting => setting.IsOf(Method));

    /// <summary>Names of the texts of what may not be chosen so; none where the job can be asked for.</summary>
    public IEnumerable<string> Wrong
    {
        get
        {
            var shares = Others.Count == 0 ? [] : Others.Select(part => part.Share).Prepend(FirstShare).ToList();
            foreach (var (isWrong, name) in (IEnumerable<(bool, string)>)
            [
                .. Settings.Select(setting => (!IsGood(setting), $"Set_{setting.Name}")), (Targets.Count == 0, "Set_Targets"), (!ArePromptsSound, "Set_Prompts"), (shares.Exists(share => MixPart.WeightOf(share.Weight) is null), "MixWeight"),
                (shares.Exists(share => MixPart.RepeatsOf(share.MaxRepeats) is null), "MixRepeats"), (!IsMixtureSound, "MixRows"), (HasWindow && (From.Length == 0 || To.Length == 0 || From == To), "OnlyBetween"),
            ])
            {
                if (isWrong) { yield return name; }
            }
        }
    }

    public bool ArePromptsSound => Asked.Count <= MostPrompts && Asked.TrueForAll(text => text.Length <= LongestPrompt);

    public bool IsMixtureSound => Others.Count == 0 || MixtureRows.Length == 0 || Mixed is not null;

    private List<string> Asked => [.. Prompts.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private int? Mixed => Others.Count > 0 && int.TryParse(MixtureRows, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows is >= 1 and <= MostMixtureRows ? rows : null;

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

    /// <summary>Begins with settings that go together, or where none are suggested with the usual ones of the method: numbers of another method do not stay.</summary>
    public void Begin(JobPreset? suggested)
    {
        if (suggested is null)
        {
            Numbers.Clear();
        }
        else if (!Is(suggested))
        {
            Take(suggested);
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
        Golden = GoldenChoice.Of(name => job.Metadata.GetValueOrDefault(name));
        (IsElsewhere, Device, Precision) = (job.Trainer == Peft, job.Device, job.Precision);
        (Prompts, MixtureRows) = (string.Join('\n', job.EvaluationPrompts ?? []), job.MixtureRows > 0 ? job.MixtureRows.ToString(CultureInfo.InvariantCulture) : "");
        if (job.Schedule is { } schedule && schedule.Window.Split('-') is [var from, var to])
        {
            (HasWindow, From, To, TimeZone) = (true, from.Trim(), to.Trim(), schedule.TimeZone ?? TimeZone);
        }
    }

    /// <summary>What the service is asked for.</summary>
    /// <param name="others">The files of <see cref="Others"/>, in their order.</param>
    /// <param name="evaluated">Those of <see cref="Evaluated"/>: what it holds back, or all of it where it holds nothing back.</param>
    public TuningRequest ToRequest(SentVersion files, Dataset set, DatasetVersion version, IReadOnlyList<SentVersion>? others = null, SentVersion? evaluated = null)
    {
        others ??= [];
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(version);
        if (evaluated is not null)
        {
            (files, others) = (files with { Held = null }, [.. others.Select(sent => sent with { Held = null })]);
        }
        return new TuningRequest(Model, files.Learned)
        {
            Mixture = others.Count == 0 ? [] : [FirstShare.Of(files), .. Others.Zip(others, (part, sent) => part.Share.Of(sent))],
            ValidationFile = evaluated is not null ? evaluated.Held ?? evaluated.Learned : others.Count == 0 ? files.Held : null, ValidationShare = evaluated is null && others.Prepend(files).All(sent => sent.Held is null) ? Number(JobSetting.Share) : null, AdapterName = AdapterName.Length == 0 ? null : AdapterName, Method = Method, Seed = Whole(JobSetting.Seed),
            Metadata = new Dictionary<string, string>(others.Count == 0 ? [] : [KeyValuePair.Create(JobOrigin.MixtureKey, string.Create(CultureInfo.InvariantCulture, $"{FirstShare.Weight}x{FirstShare.MaxRepeats}|{MixPart.Write(Others)}"))])
            {
                [JobOrigin.DatasetKey] = set.Id.ToString(), [JobOrigin.NameKey] = set.Name, [JobOrigin.VersionKey] = $"{set.Name}@{version.Number.ToString(CultureInfo.InvariantCulture)}", [JobOrigin.HashKey] = version.Sha256,
            }.Concat(Golden?.Metadata ?? []).Concat(Evaluated is null || evaluated is null ? [] : [KeyValuePair.Create(JobOrigin.EvaluatedKey, Evaluated.Called), KeyValuePair.Create(JobOrigin.EvaluatedIdKey, MixPart.Write([Evaluated]))]).ToDictionary(),
            Epochs = Whole(JobSetting.Epochs), MaxSteps = Whole(JobSetting.MaxSteps), BatchSize = Whole(JobSetting.BatchSize), LearningRate = Number(JobSetting.LearningRate), WarmupShare = Number(JobSetting.Warmup),
            WeightDecay = Number(JobSetting.WeightDecay), MaxGradient = Number(JobSetting.MaxGradient), Beta = Number(JobSetting.Beta), SequenceTokens = Whole(JobSetting.Sequence), MicroBatchTokens = Whole(JobSetting.MicroBatch),
            EvaluateEvery = Whole(JobSetting.EvaluateEvery), CheckpointEvery = Whole(JobSetting.CheckpointEvery), GradientCheckpointing = SavesMemory,
            Rank = Whole(JobSetting.Rank), Alpha = Number(JobSetting.Alpha), Dropout = Number(JobSetting.Dropout), LastLayers = Whole(JobSetting.LastLayers),
            Targets = Targets.Count == AllTargets.Count ? null : [.. AllTargets.Where(Targets.Contains)],
            StopsEarly = StopsEarly, Patience = StopsEarly ? Whole(JobSetting.Patience) : null, MinDelta = StopsEarly ? Number(JobSetting.MinDelta) : null,
            Window = HasWindow ? $"{From}-{To}" : null, TimeZone = HasWindow ? TimeZone : null,
            Trainer = IsElsewhere ? Peft : null, Device = IsElsewhere || Device == Devices[0] ? null : Device, Precision = IsElsewhere || Precision == Precisions[0] ? null : Precision,
            EvaluationPrompts = Asked is { Count: > 0 } asked ? asked : null, MixtureRows = Mixed,
        };
    }

    private double? Number(string name) => Settings.FirstOrDefault(setting => setting.Name == name) is { } setting && Numbers.GetValueOrDefault(name) is { } text ? setting.Read(text) : null;

    private int? Whole(string name) => (int?)Number(name);

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex NameForm();
}
