using Microsoft.Extensions.Localization;
using Platform.Training.Datasets.Importing;
using Platform.Training.Rows;

namespace Platform.Web.Features.Datasets;

/// <summary>Why a row of a file was not taken: where in it, what stands there and what is wanted, in the reader's language.</summary>
internal static class FaultWords
{
    /// <summary>In the words for its code; in the fault's own where there are none.</summary>
    public static string Of(RowFault fault, IStringLocalizer<DatasetsTexts> texts) => Of(fault.Code, fault.Field, fault.Values, fault.Message, texts);

    /// <summary>The same of a row that somebody writes.</summary>
    public static string Of(RowException fault, IStringLocalizer<DatasetsTexts> texts) => Of(fault.Code, fault.Field, fault.Values, fault.Message, texts);

    private static string Of(string code, string named, IReadOnlyList<string> values, string message, IStringLocalizer<DatasetsTexts> texts)
    {
        var field = named.Length > 0 ? named : texts["TheRow"].Value;
        return texts[$"Fault_{code}", [field, .. values.Select(value => Word(code, value, texts))]] is { ResourceNotFound: false } words ? words : message;
    }

    // Kinds have words; names of roles and numbers are as they are.
    private static string Word(string code, string value, IStringLocalizer<DatasetsTexts> texts) =>
        code switch { "wrong_type" => texts[$"Json_{value}"], "kind_differs" => texts[$"Kind_{value}"], _ => value };
}
