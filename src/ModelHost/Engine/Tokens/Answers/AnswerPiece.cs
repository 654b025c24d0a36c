namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>A part of an answer as it is written. Model-made and untrusted.</summary>
public abstract record AnswerPiece;

/// <summary>More of what the model thinks.</summary>
public sealed record ReasoningPiece(string Text) : AnswerPiece;

/// <summary>More of what the model says.</summary>
public sealed record ContentPiece(string Text) : AnswerPiece;

/// <summary>A call begins.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Id">call_ and 24 letters and digits; a template that takes nine is given nine when the call comes back (<see cref="CallId"/>).</param>
public sealed record ToolCallPiece(int Index, string Id, string Name) : AnswerPiece;

/// <summary>More of a call's arguments; the fragments together are JSON text, unless the answer is cut off.</summary>
public sealed record ArgumentsPiece(int Index, string Json) : AnswerPiece;

/// <summary>Tells apart what an answer consists of, while it comes. Marks are never shown, nor parts of one.</summary>
public interface IAnswerReader
{
    /// <summary>Takes more text.</summary>
    IReadOnlyList<AnswerPiece> Append(string text);

    /// <summary>The answer is over: what was held back.</summary>
    /// <param name="isCut">It was cut off where its tokens ended.</param>
    IReadOnlyList<AnswerPiece> Finish(bool isCut = false);
}
