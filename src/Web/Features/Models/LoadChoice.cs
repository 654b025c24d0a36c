using System.Globalization;
using Platform.ModelHost.Client.Admin;

namespace Platform.Web.Features.Models;

/// <summary>What stands in the fields of the load dialog, as it was typed, and what it means.</summary>
/// <param name="Context">Tokens; empty for as many as the service usually takes.</param>
/// <param name="Factor">Of the scaling beyond the training; only where the context wants it.</param>
/// <param name="Trained">Tokens that the model was trained on; 0 where it is not known.</param>
/// <param name="CanStretch">It reads more than it was trained on when its positions are scaled.</param>
public sealed record LoadChoice(string Context, RopeKind Kind, string Factor, int Trained, bool CanStretch)
{
    public const int Least = 16, MostFactor = 64;
    private const int MostTokens = 1_048_576, MostSteps = 4;
    private static readonly int[] Usually = [2048, 4096, 8192, 16384, 32768, 65536, 131072];

    public static LoadChoice Usual { get; } = new("", RopeKind.Yarn, "", 0, CanStretch: false);

    /// <summary>As the model was loaded the last time.</summary>
    public static LoadChoice Of(AdminModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var fresh = Usual with { Trained = model.TrainingContextTokens, CanStretch = model.CanChat && model.TrainingContextTokens > 0 };
        return model.ChosenContext is not { } tokens ? fresh
            : model.ChosenRope is { Kind: not RopeKind.None } rope ? fresh with { Context = Written(tokens), Kind = rope.Kind, Factor = rope.Factor.ToString("0.##", CultureInfo.InvariantCulture) }
            : fresh.WithContext(Written(tokens));
    }

    public int Most => Trained <= 0 ? MostTokens : (int)Math.Min(MostTokens, CanStretch ? (long)Trained * MostFactor : Trained);

    /// <summary>Null takes what the service usually takes.</summary>
    public int? Tokens => IsUsual || ContextIsWrong ? null : (int)Number!.Value;

    public bool ContextIsWrong => !IsUsual && !(Number >= Math.Min(Least, Most) && Number <= Most);

    public bool IsBeyond => CanStretch && Tokens > Trained;

    /// <summary>That the context needs, in hundredths.</summary>
    public double LeastFactor => Math.Ceiling(100.0 * (Tokens ?? 0) / Math.Max(1, Trained)) / 100;

    public bool FactorIsWrong => IsBeyond && !(Scale >= LeastFactor && Scale <= MostFactor);

    public bool IsValid => !ContextIsWrong && !FactorIsWrong;

    public RopeChoice? Rope => IsBeyond && Scale is { } scale ? new RopeChoice(Kind, scale) : null;

    /// <summary>Contexts that people often choose, up to what the model was trained on.</summary>
    public IReadOnlyList<int> Steps => [.. Usually.Where(step => step <= Trained).TakeLast(MostSteps)];

    /// <summary>Another context, with as little scaling as it needs, in quarters.</summary>
    public LoadChoice WithContext(string? typed)
    {
        var next = this with { Context = (typed ?? "").Trim() };
        return next with { Factor = next.IsBeyond ? (Math.Ceiling(4.0 * next.Tokens!.Value / Trained) / 4).ToString("0.##", CultureInfo.InvariantCulture) : "" };
    }

    public static string Written(int tokens) => tokens.ToString(CultureInfo.InvariantCulture);

    private bool IsUsual => Context.Length == 0;

    private long? Number => long.TryParse(Context, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private double? Scale => double.TryParse(Factor, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var scale) ? scale : null;
}
