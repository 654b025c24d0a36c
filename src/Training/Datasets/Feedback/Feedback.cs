using System.Text.Json.Serialization;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Feedback;

/// <summary>What is wrong with an answer. Stored by name: rename none.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FeedbackReason>))]
public enum FeedbackReason { Wrong, NotInSource, WrongSource, Incomplete, Style, Unsafe }

/// <summary>What became of a judgement. Stored by number: append only.</summary>
public enum FeedbackState { Waiting, Taken, Dismissed }

/// <summary>What a person says of an answer.</summary>
/// <param name="Good">👍 or 👎.</param>
/// <param name="Comment">At most 2,000 characters.</param>
/// <param name="Correction">What should have been answered, at most 20,000 characters; empty where nobody says.</param>
/// <param name="MayLearn">Whether the person lets a model learn from it.</param>
public sealed record Judgement(bool Good, IReadOnlyList<FeedbackReason> Reasons, string Comment = "", string Correction = "", bool MayLearn = true)
{
    /// <summary>Praise in the place of what was said before: who did not want a model to learn from it does not want that now.</summary>
    /// <param name="before">Null where nothing was said.</param>
    public static Judgement Praise(Judgement? before) => new(true, [], MayLearn: before?.MayLearn ?? true);
}

/// <summary>A judgement with what it is about.</summary>
/// <param name="Asked">The turns before the answer, the question last; answers among them, as <paramref name="Answer"/>, without what a page dresses them in (<see cref="LearnedText"/>).</param>
/// <param name="OwnerId">Who gave it.</param>
public sealed record FeedbackEntry(
    Guid MessageId, Guid ConversationId, Guid? RunId, string OwnerId, Judgement Judgement, IReadOnlyList<Turn> Asked, string Answer, FeedbackState State, DateTimeOffset GivenAt);
