using Platform.Training.Datasets.Curation;
using Platform.Training.Datasets.Feedback;
using Platform.Training.Datasets.Generating;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Storage;

internal sealed class SetRow
{
    public Guid Id { get; set; }
    public required string OwnerId { get; set; }
    public required string Name { get; set; }
    public string Description { get; set; } = "";
    public RowKind Kind { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class ItemRow
{
    public Guid Id { get; set; }
    public Guid DatasetId { get; set; }

    /// <summary>Order of arrival, from 1.</summary>
    public int Ordinal { get; set; }

    /// <summary>JSON of a TrainingRow, as <see cref="ItemJson"/> writes it.</summary>
    public required string Content { get; set; }

    /// <summary>All texts of the row in small letters, for search.</summary>
    public required string Words { get; set; }

    /// <summary>Of the content: rows that are the same have the same.</summary>
    public required string Sha256 { get; set; }
    public RowStatus Status { get; set; }

    /// <summary>One bit for each QualityConcern.</summary>
    public int Concerns { get; set; }

    /// <summary>An estimate.</summary>
    public int Tokens { get; set; }

    /// <summary>Shown to people: a file's name and line, a document's name and page.</summary>
    public required string Source { get; set; }

    /// <summary>Rows of one origin are held back together.</summary>
    public required string Origin { get; set; }

    /// <summary>JSON of a RowOrigin; null for imported rows.</summary>
    public string? Span { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }

    public static int Bit(QualityConcern concern) => 1 << (int)concern;

    public static int Bits(IEnumerable<QualityConcern> concerns) => concerns.Aggregate(0, (bits, concern) => bits | Bit(concern));

    public static IReadOnlyList<QualityConcern> Of(int bits) => [.. Enum.GetValues<QualityConcern>().Where(concern => (bits & Bit(concern)) != 0)];
}

internal sealed class VersionRow
{
    public Guid DatasetId { get; set; }
    public int Number { get; set; }

    /// <summary>Of the file that holds the version's rows.</summary>
    public required string Sha256 { get; set; }
    public int Rows { get; set; }
    public int HeldBack { get; set; }
    public long Tokens { get; set; }
    public double Share { get; set; }
    public long Seed { get; set; }
    public string Note { get; set; } = "";
    public required string CreatedBy { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed class GenerationRow
{
    public Guid Id { get; set; }
    public Guid DatasetId { get; set; }
    public required string OwnerId { get; set; }

    /// <summary>JSON of a GenerationWish.</summary>
    public required string Wish { get; set; }
    public GenerationState State { get; set; }

    /// <summary>Rows of the wish that are done with, kept or not: where a killed job goes on.</summary>
    public int Done { get; set; }
    public int Made { get; set; }

    /// <summary>JSON object of the numbers of rows that were given up, by the reason.</summary>
    public string Missing { get; set; } = "{}";

    /// <summary>JSON of a GenerationStand: with which sentences another process goes on. Null before the beginning, and of jobs of before.</summary>
    public string? Place { get; set; }

    /// <summary>JSON of a GenerationFault; a sentence in rows of before.</summary>
    public string? Error { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Of the process that works on it; null while none does.</summary>
    public string? Lease { get; set; }

    /// <summary>Until then the process said that it works on it.</summary>
    public DateTimeOffset LeaseUntil { get; set; }
}

internal sealed class FeedbackRow
{
    /// <summary>The message that was judged.</summary>
    public Guid MessageId { get; set; }
    public Guid ConversationId { get; set; }
    public Guid? RunId { get; set; }
    public required string OwnerId { get; set; }
    public bool Good { get; set; }

    /// <summary>JSON array of FeedbackReason names.</summary>
    public string Reasons { get; set; } = "[]";
    public string Comment { get; set; } = "";

    /// <summary>What should have been answered; empty where nobody said.</summary>
    public string Correction { get; set; } = "";

    /// <summary>Whether the person lets a model learn from it.</summary>
    public bool MayLearn { get; set; } = true;

    /// <summary>JSON array of the turns before the answer.</summary>
    public required string Asked { get; set; }
    public required string Answer { get; set; }
    public FeedbackState State { get; set; }
    public DateTimeOffset GivenAt { get; set; }
}

internal sealed class PresetRow
{
    public required string Name { get; set; }
    public required string Content { get; set; }
}
