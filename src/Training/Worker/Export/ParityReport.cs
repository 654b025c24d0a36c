using System.Globalization;

namespace Platform.Training.Export;

/// <summary>What one program answers to the same tokens [tokens, vocabulary].</summary>
/// <param name="Plain">Without the adapter.</param>
/// <param name="Adapted">With it.</param>
public sealed record AdapterLogits(float[] Plain, float[] Adapted)
{
    /// <summary>What the adapter changes.</summary>
    public float[] Effect => [.. Adapted.Zip(Plain, (with, without) => with - without)];
}

/// <summary>How far what an adapter changes in llama.cpp lies from what it changes in the graph that trained it. Of short weights both round their inputs, each in its own shapes: how much that is shows without the adapter, and bounds what is accepted with it.</summary>
/// <param name="Base">Largest difference of a logit without the adapter.</param>
/// <param name="Difference">Largest difference of what the adapter changes of a logit.</param>
/// <param name="Effect">The most that it changes of a logit, in the graph.</param>
/// <param name="Allowed">Of <paramref name="Difference"/>.</param>
/// <param name="AllowedBase">Of <paramref name="Base"/>.</param>
public sealed record ParityReport(double Base, double Difference, double Effect, double Allowed, double AllowedBase)
{
    /// <summary>Why the adapter is not to be served; null where it is.</summary>
    public string? Refusal => !(Base <= AllowedBase) ? Say($"llama.cpp's logits of the base model differ by {Base:g3} from the trained graph's; {AllowedBase:g3} is the most.")
        : !(Difference <= Allowed) ? Say($"What the exported adapter changes of llama.cpp's logits differs by {Difference:g3} from what was trained; {Allowed:g3} is the most.") : null;

    /// <summary>Whether what the adapter changes is little more than rounding.</summary>
    public bool IsWithinRounding => Effect > 0 && Effect <= Allowed;

    public FormattableString Sentence => $"llama.cpp answers with the exported adapter as the training graph does: the largest difference of a logit is {Difference:g3}, of {Effect:g3} that the adapter changes.{(IsWithinRounding ? " That is within what rounding differs by, so it proves little." : "")}";

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
