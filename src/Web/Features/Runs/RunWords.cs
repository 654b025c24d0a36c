using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Localization;
using Platform.Agents;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Planning;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Agents.Tools;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Runs;

/// <summary>What runs do, in the reader's language.</summary>
public static class RunWords
{
    /// <summary>A tool as people call it; one that has no words of its own by what it comes from and its name there.</summary>
    public static string Tool(string name, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(texts);
        return name.Length == 0 ? "" : texts[$"Tool_{name}"] is { ResourceNotFound: false } known ? known.Value
            : name.Split("__", 2) is [{ Length: > 0 } origin, { Length: > 0 } own] ? texts["ToolOf", origin, own.Replace('_', ' ')] : name;
    }

    /// <summary>The same for one that is there, in the words of where it comes from.</summary>
    public static string Tool(AgentTool tool, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(tool);
        ArgumentNullException.ThrowIfNull(texts);
        return tool.OwnName.Length > 0 ? texts["ToolOf", tool.Origin, tool.OwnName] : Tool(tool.Name, texts);
    }

    /// <summary>Why a call brought nothing: in the reader's language where the program itself says so, else in the words of whoever was called (untrusted).</summary>
    public static string Failure(ToolResultData result, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Failure is not { } failure ? result.Text : failure == ToolFailure.ToolFault ? $"{Failure(failure, texts)} {result.Text}" : Failure(failure, texts);
    }

    /// <inheritdoc cref="Failure(ToolResultData, IStringLocalizer{RunsTexts})"/>
    public static string Failure(ToolFailure failure, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return texts[$"Failure_{failure}"];
    }

    /// <summary>Why something was not taken: in the reader's language where the field says enough, else in the program's words.</summary>
    public static string Refusal(Exception refused, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(refused);
        ArgumentNullException.ThrowIfNull(texts);
        var field = (refused as FieldException)?.Field ?? "";
        var named = Refusals.FirstOrDefault(known => field == known.Field || field.StartsWith($"{known.Field}.", StringComparison.Ordinal) || field.StartsWith($"{known.Field}[", StringComparison.Ordinal)).Name;
        return named is null ? texts["NotTaken", Problems.Said(refused)] : texts[named];
    }

    // The longer before what it begins with.
    private static readonly (string Field, string Name)[] Refusals =
    [
        ("fromStep", "Refused_Step"), ("overrides.model", "Refused_Model"), ("overrides.adapters", "Refused_Adapter"), ("overrides.toolResults", "Refused_Results"),
        ("arguments.steps", "Refused_Plan"), ("steps", "Refused_Plan"), ("arguments", "Refused_Arguments"), ("comment", "Refused_Comment"),
    ];

    /// <summary>An adapter with its share: legal@2 × 0.5.</summary>
    public static string Adapter(AdapterSetting adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return $"{adapter.Name} × {adapter.Scale.ToString("0.##", CultureInfo.CurrentCulture)}";
    }

    /// <summary>The model of a run: the one that was asked, else the one that is set for it. One that has not asked any may yet.</summary>
    public static string Model(RunRecord record, RunTrace trace, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(texts);
        return trace.Usage?.Usage.Model switch
        {
            { Length: > 0 } asked => asked,
            "" => texts["QuotesOnly"],
            _ => record.Listed.Model is { Length: > 0 } chosen ? chosen : record.Agent?.Definition.Model.Id is { Length: > 0 } set ? set : texts["ModelByDefault"],
        };
    }

    /// <summary>Who speaks in a message to a model.</summary>
    public static string Role(string role, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return texts[$"Role_{role}"] is { ResourceNotFound: false } known ? known.Value : role;
    }

    /// <summary>What a row of a trace stands for.</summary>
    public static string Row(TraceRow row, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(texts);
        return row.Kind switch
        {
            TraceKind.PlanStep => row.Name,
            TraceKind.Tool => Tool(row.Name, texts),
            TraceKind.Approval when row.Approval!.Asked.IsPlan => texts["Row_PlanApproval"],
            TraceKind.Approval when row.Approval!.Asked.IsQuestion => texts["Row_Question"],
            TraceKind.Approval => texts["Row_Approval", Tool(row.Name, texts)],
            TraceKind.Away => texts[$"Row_Away{row.Away!.Part}", Tool(row.Name, texts)],
            TraceKind.Memory => texts.Count("Row_Memory", row.Remembered.Count),
            TraceKind.Model when row.Model is { Kind: StepKind.Answer } => texts["Row_LastAnswer"],
            TraceKind.Model when row.Model is { Kind: StepKind.Summary } => texts["Row_Summary"],
            TraceKind.Model when row.Model is { Kind: StepKind.Check } => texts["Row_Check"],
            TraceKind.Model when row.Model is { Calls.Count: 0, Text.Length: > 0 } && row.Parent is null => texts["Row_Answer"],
            _ => texts[$"Row_{row.Kind}"],
        };
    }

    /// <summary>What a run that has not ended is at.</summary>
    /// <param name="row">What goes on in it; null between two things.</param>
    public static string Going(TraceRow? row, RunStatus status, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return (status, row) switch
        {
            (RunStatus.RequiresAction, { Approval.Asked.IsQuestion: true }) => texts["WaitsForAnswer"],
            (RunStatus.RequiresAction, _) => texts["WaitsForDecision"],
            (RunStatus.Queued, _) => texts["Going_Queued"],
            (RunStatus.Cancelling, _) => texts["Going_Stopping"],
            (_, { Kind: TraceKind.Plan }) => texts["Going_Plan"],
            (_, { Kind: TraceKind.Model, Model.Kind: StepKind.Summary }) => texts["Going_Summary"],
            (_, { Kind: TraceKind.Model, Model.Kind: StepKind.Check }) => texts["Going_Check"],
            (_, { Kind: TraceKind.Model }) => texts["Going_Model"],
            (_, { Kind: TraceKind.Tool } tool) => texts["Going_Tool", Tool(tool.Name, texts)],
            _ => texts["Going"],
        };
    }

    /// <summary>What a row was about, on one line: the values that a tool was called with, or a question and its answer. Untrusted.</summary>
    public static string Brief(TraceRow row) => row switch
    {
        { Approval: { Asked.IsQuestion: true } asked } => $"{Clarification.Read(asked.Asked.Arguments).Question} {Clarification.AnswerIn(asked.Decided?.Arguments)}",
        { Tool.Arguments: { ValueKind: JsonValueKind.Object } arguments } => string.Join(" · ", arguments.EnumerateObject().Select(p => p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString() : p.Value.GetRawText())),
        _ => "",
    };

    public static string Icon(TraceRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Kind switch
        {
            TraceKind.Search => "search",
            TraceKind.Writing => "edit",
            TraceKind.Plan or TraceKind.PlanStep => "steps",
            TraceKind.Model => "spark",
            TraceKind.Approval => row.Approval!.Asked.IsQuestion ? "chat" : "lock",
            TraceKind.Memory => "pin",
            TraceKind.Away => "alert",
            _ => row.Name switch
            {
                "search_documents" => "search",
                "read_passage" => "book",
                "calculator" => "calculator",
                "query_table" => "table",
                "fetch_page" => "globe",
                "date_time" => "clock",
                "remember" => "pin",
                ToolNames.AskAgent => "robot",
                _ => "tool",
            },
        };
    }
}
