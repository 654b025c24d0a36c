using System.Text.Json.Serialization;
using Platform.Agents.Runs;

namespace Platform.Agents.Tools;

/// <summary>Why a call brought nothing, where the program itself says so: people read it in their own language, models in the outcome's text. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<ToolFailure>))]
public enum ToolFailure
{
    /// <summary>The agent has no tool of that name.</summary>
    NoSuchTool,

    /// <summary>The arguments are no JSON, or not what the tool takes.</summary>
    WrongArguments,

    /// <summary>It took longer than it may.</summary>
    TimedOut,

    /// <summary>It failed inside the program; the log names the cause.</summary>
    Broken,

    /// <summary>The same call was made before.</summary>
    Repeated,

    /// <summary>A person rejected it.</summary>
    Rejected,

    /// <summary>Nobody approved it in time.</summary>
    NotApprovedInTime,

    /// <summary>The expression cannot be calculated.</summary>
    NotCalculable,

    /// <summary>A date cannot be read, or is beyond the calendar.</summary>
    WrongDate,

    /// <summary>There is no knowledge base to search.</summary>
    NothingToSearch,

    /// <summary>There is no table to query.</summary>
    NoTables,

    /// <summary>The query cannot be run.</summary>
    QueryRefused,

    /// <summary>No search has shown the passage, or the document has no such page.</summary>
    NoSuchPassage,

    /// <summary>The document is gone, has changed, or cannot be read.</summary>
    DocumentAway,

    /// <summary>The address may not be asked, or its page cannot be read.</summary>
    AddressRefused,

    /// <summary>The page has no more text there.</summary>
    PastTheEnd,

    /// <summary>The other machine, or the server of the tool, could not be reached or broke off.</summary>
    NotReached,

    /// <summary>The other machine answered that it failed.</summary>
    ErrorStatus,

    /// <summary>Too little is left to ask another agent, or agents already ask too deep.</summary>
    NoRoomToAsk,

    /// <summary>There is no such agent that may be asked.</summary>
    NoSuchAgent,

    /// <summary>The other agent was stopped, failed, or is at work on this already.</summary>
    AgentFailed,

    /// <summary>No fault: new facts call for another plan.</summary>
    NewFacts,

    /// <summary>Nothing was recorded for the call, in a test.</summary>
    NotRecorded,

    /// <summary>The agent keeps nothing beyond a conversation, or not for this person or for everyone, or has no room left.</summary>
    NotKept,

    /// <summary>The agent's tool is not in this installation now, or cannot be reached.</summary>
    ToolAway,

    /// <summary>The run has made all the calls that it may make.</summary>
    NoCallsLeft,

    /// <summary>The program of the tool's server cannot be started, or ended as it began.</summary>
    ServerNotStarted,

    /// <summary>The server of the tool refused the call, or answered as its protocol does not.</summary>
    ProtocolFault,

    /// <summary>The tool itself, on its server, says that it failed.</summary>
    ToolFault,

    /// <summary>The host is not among those that an administrator allows.</summary>
    HostNotAllowed,

    /// <summary>The server of the tool answered with more than is read.</summary>
    AnswerTooLarge,

    /// <summary>It was approved, and its tool does more by now than who approved it was told.</summary>
    DoesMore,
}
