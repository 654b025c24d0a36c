using System.Globalization;
using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Features.Training;

/// <summary>What a setting is about.</summary>
public enum SettingGroup { Learning, Adapter, Memory, Evaluation }

/// <summary>A number of a job that may be chosen; the ranges are the service's.</summary>
/// <param name="Name">Of its texts.</param>
/// <param name="Usual">What the service takes by itself; null where it looks at the rows.</param>
public sealed record JobSetting(string Name, SettingGroup Group, double Least, double Most, double? Usual, bool IsWhole = false)
{
    public const string Epochs = "Epochs", MaxSteps = "MaxSteps", BatchSize = "BatchSize", LearningRate = "LearningRate", Warmup = "Warmup", WeightDecay = "WeightDecay", MaxGradient = "MaxGradient", Beta = "Beta", Seed = "Seed",
        Rank = "Rank", Alpha = "Alpha", Dropout = "Dropout", LastLayers = "LastLayers", Sequence = "Sequence", MicroBatch = "MicroBatch",
        EvaluateEvery = "EvaluateEvery", CheckpointEvery = "CheckpointEvery", Share = "Share", Patience = "Patience", MinDelta = "MinDelta";

    private const int RankStep = 16, MostSteps = 1_000_000;

    /// <summary>Rate of every method but preferences, which learn more carefully.</summary>
    public const double UsualRate = 2e-4, UsualPreferenceRate = 5e-5;

    public static IReadOnlyList<JobSetting> All { get; } =
    [
        new(Epochs, SettingGroup.Learning, 1, 1_000, 3, true), new(LearningRate, SettingGroup.Learning, 1e-9, 1, null), new(BatchSize, SettingGroup.Learning, 1, 4_096, null, true), new(MaxSteps, SettingGroup.Learning, 1, MostSteps, null, true),
        new(Warmup, SettingGroup.Learning, 0, 1, 0.05), new(WeightDecay, SettingGroup.Learning, 0, 1, 0.1), new(MaxGradient, SettingGroup.Learning, 1e-6, 1_000, 1), new(Beta, SettingGroup.Learning, 1e-6, 100, 0.1),
        new(Seed, SettingGroup.Learning, 0, int.MaxValue, null, true),
        new(Rank, SettingGroup.Adapter, RankStep, 512, RankStep, true), new(Alpha, SettingGroup.Adapter, 1e-3, 1e5, null), new(Dropout, SettingGroup.Adapter, 0, 0.99, 0), new(LastLayers, SettingGroup.Adapter, 0, 1_000, 0, true),
        new(Sequence, SettingGroup.Memory, 8, 32_768, null, true), new(MicroBatch, SettingGroup.Memory, 8, 262_144, null, true),
        new(EvaluateEvery, SettingGroup.Evaluation, 1, MostSteps, null, true), new(CheckpointEvery, SettingGroup.Evaluation, 1, MostSteps, null, true), new(Share, SettingGroup.Evaluation, 0, 0.5, 0.1),
        new(Patience, SettingGroup.Evaluation, 1, 1_000, 3, true), new(MinDelta, SettingGroup.Evaluation, 0, 10, 0.005),
    ];

    /// <summary>Whether a method has it.</summary>
    public bool IsOf(TuningMethod method) => Name switch
    {
        Beta => method == TuningMethod.Dpo,
        Dropout => method != TuningMethod.Dpo,
        _ => true,
    };

    /// <summary>What the service takes for a method where nothing is chosen; null where it looks at the rows.</summary>
    public double? UsualOf(TuningMethod method) => Name == LearningRate ? method == TuningMethod.Dpo ? UsualPreferenceRate : UsualRate : Usual;

    /// <summary>The number of a text as browsers write it; null where it is none that may be chosen.</summary>
    public double? Read(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= Least && value <= Most && (!IsWhole || value == Math.Floor(value)) && (Name != Rank || value % RankStep == 0) ? value : null;
}
