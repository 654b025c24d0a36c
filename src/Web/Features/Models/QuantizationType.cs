using Platform.ModelHost.Client.Admin;

namespace Platform.Web.Features.Models;

/// <summary>A type of weights that a model can be brought to; the usual choice first.</summary>
/// <param name="BitsPerWeight">On the average of a whole model, about.</param>
public sealed record QuantizationType(string Name, double BitsPerWeight)
{
    private static readonly QuantizationType[] All =
    [
        new("q4_k_m", 4.9), new("q5_k_m", 5.7), new("q6_k", 6.6), new("q8_0", 8.5), new("q4_0", 4.6), new("f16", 16), new("bf16", 16),
    ];

    /// <summary>Those that make a model's file smaller; none where its parameters are not known.</summary>
    public static IEnumerable<QuantizationType> SmallerThan(AdminModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return All.Where(type => type.BytesOf(model.Parameters) < 0.97 * model.SizeBytes && model.Parameters > 0);
    }

    /// <summary>Bytes of a model with so many parameters, about.</summary>
    public long BytesOf(long parameters) => (long)(parameters * BitsPerWeight / 8);
}
