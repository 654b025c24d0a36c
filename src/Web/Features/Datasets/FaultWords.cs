using Microsoft.Extensions.Localization;
using Platform.Training.Datasets.Importing;

namespace Platform.Web.Features.Datasets;

/// <summary>Why a row of a file was not taken: where in it, what stands there and what is wanted, in the reader's language.</summary>
internal static class FaultWords
{
    /// <summary>In the words for its code; in the fault's own where there are none.</summary>
    public static string Of(RowFault fault, IStringLocalizer<DatasetsTexts> texts)
    {
        var field = fault.Field.Length > 0 ? fault.Field : texts["TheRow"].Value;
        return texts[$"Fault_{fault.Code}", [field, .. fault.Values.Select(value => Word(fault.Code, value, texts))]] is { ResourceNotFound: false } words ? words : fault.Message;
    }

    // Kinds have words; names of roles and numbers are as they are.
    private static string Word(string code, string value, IStringLocalizer<DatasetsTexts> texts) =>
        code switch { "wrong_type" => texts[$"Json_{value}"], "kind_differs" => texts[$"Kind_{value}"], _ => value };
}
