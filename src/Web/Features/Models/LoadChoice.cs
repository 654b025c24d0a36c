using System.Globalization;
using Platform.ModelHost.Client.Admin;

namespace Platform.Web.Features.Models;

/// <summary>What stands in the fields of the load dialog, as it was typed, and what it means.</summary>
/// <param name="Context">Tokens; empty for as many as the service usually takes.</param>
/// <param name="Kind">How positions are scaled; null leaves what the model's file says.</param>
/// <param name="Factor">Of the scaling, where there is one.</param>
/// <param name="Trained">Tokens that the model was trained on; 0 where it is not known.</param>
/// <param name="CanStretch">It reads more than it was trained on when its positions are scaled.</param>
public sealed record LoadChoice(string Context, RopeKind? Kind, string Factor, int Trained, bool CanStretch)
{
    public const int Least = 16, MostFactor = 64;
    private const int MostTokens = 1_048_576, MostSteps = 4, UsualFactor = 2;
    private static readonly int[] Usually = [2048, 4096, 8192, 16384, 32768, 65536, 131072];

    public static LoadChoice Usual { get; } = new("", null, "", 0, CanStretch: false);

    /// <summary>Of the rotation, as it was set by the API; there is no field for it, and it goes with the scaling.</summary>
    public double? Base { get; private init; }

    /// <summary>The scaling came with a context beyond the training, and goes with it.</summary>
    private bool CameAlong { get; init; }

    /// <summary>As the model was loaded the last time.</summary>
    public static LoadChoice Of(AdminModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var fresh = Usual with { Trained = model.TrainingContextTokens, CanStretch = model.CanWrite && model.TrainingContextTokens > 0 };
        var last = model.ChosenRope is { } rope ? fresh with { Kind = rope.Kind, Base = rope.Base, Factor = rope.Kind == RopeKind.None ? "" : Written(rope.Factor) } : fresh;
        return model.ChosenContext is { } tokens ? last.WithContext(Written(tokens)) : last;
    }

    public int Most => Trained <= 0 ? MostTokens : (int)Math.Min(MostTokens, CanStretch ? (long)Trained * MostFactor : Trained);

    /// <summary>Null takes what the service usually takes.</summary>
    public int? Tokens => Context.Length == 0 || ContextIsWrong ? null : (int)Number!.Value;

    public bool ContextIsWrong => Context.Length > 0 && !(Number >= Math.Min(Least, Most) && Number <= Most);

    /// <summary>Nothing is chosen but what the service usually takes.</summary>
    public bool IsUsual => Context.Length == 0 && Kind is null;

    public bool IsBeyond => CanStretch && Tokens > Trained;

    /// <summary>Positions are scaled, by a factor.</summary>
    public bool IsStretched => CanStretch && Kind is RopeKind.Linear or RopeKind.Yarn;

    /// <summary>The context wants a scaling, and none is chosen.</summary>
    public bool ScalingIsMissing => IsBeyond && !IsStretched;

    /// <summary>That the context needs, in hundredths.</summary>
    public double LeastFactor => Math.Max(1, Math.Ceiling(100.0 * (Tokens ?? 0) / Math.Max(1, Trained)) / 100);

    public bool FactorIsWrong => IsStretched && !(Scale >= LeastFactor && Scale <= MostFactor);

    public bool IsValid => !ContextIsWrong && !ScalingIsMissing && !FactorIsWrong;

    public RopeChoice? Rope => !CanStretch || Kind is not { } kind ? null : kind == RopeKind.None ? new RopeChoice(kind, 1, Base) : Scale is { } scale ? new RopeChoice(kind, scale, Base) : null;

    /// <summary>Contexts that people often choose, up to what the model was trained on.</summary>
    public IReadOnlyList<int> Steps => [.. Usually.Where(step => step <= Trained).TakeLast(MostSteps)];

    /// <summary>As the service usually loads it.</summary>
    public LoadChoice AsUsual() => Usual with { Trained = Trained, CanStretch = CanStretch };

    /// <summary>Another context. Beyond the training it brings as little scaling as it needs, in quarters; a scaling that was chosen stays, as far as it is enough.</summary>
    public LoadChoice WithContext(string? typed)
    {
        var next = this with { Context = (typed ?? "").Trim() };
        return next switch
        {
            { IsBeyond: true, CameAlong: true } or { ScalingIsMissing: true } => next with { Kind = next.IsStretched ? next.Kind : RopeKind.Yarn, Factor = next.Enough, CameAlong = true },
            { IsBeyond: true } when Scale < next.LeastFactor => next with { Factor = next.Enough },
            { CameAlong: true } => next with { Kind = null, Factor = "", CameAlong = false },
            _ => next,
        };
    }

    /// <summary>Another scaling, with a factor that is enough.</summary>
    public LoadChoice WithKind(RopeKind? kind)
    {
        var next = this with { Kind = kind, Base = kind is null ? null : Base, CameAlong = false };
        return !next.IsStretched ? next with { Factor = "" } : next.FactorIsWrong ? next with { Factor = next.IsBeyond ? next.Enough : Written(UsualFactor) } : next;
    }

    public LoadChoice WithFactor(string? typed) => this with { Factor = (typed ?? "").Trim(), CameAlong = false };

    public static string Written(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    private string Enough => Written(Math.Ceiling(4.0 * (Tokens ?? 0) / Trained) / 4);

    private long? Number => long.TryParse(Context, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private double? Scale => double.TryParse(Factor, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var scale) ? scale : null;
}
