using Platform.Training.Datasets;
using Platform.Training.Rows;
using Platform.Web.Features.Datasets;

namespace Platform.Web.Tests.Datasets;

public sealed class FeedbackTargetTests
{
    private static readonly Dataset Talks = Of("Talks", RowKind.Dialogue), Pairs = Of("Pairs", RowKind.Preference);

    [Fact]
    public void A_bad_answer_goes_beside_the_better_one_until_a_person_chooses_otherwise()
    {
        Assert.Equal(Pairs, FeedbackTarget.Of(good: false, Guid.Empty, [Talks, Pairs]));
        Assert.Equal(Talks, FeedbackTarget.Of(good: true, Guid.Empty, [Talks]));
        Assert.Equal(Talks, FeedbackTarget.Of(good: false, Talks.Id, [Pairs, Talks]));
        Assert.Equal(Talks, FeedbackTarget.Of(good: false, Pairs.Id, [Talks])); // it is gone
    }

    private static Dataset Of(string name, RowKind kind) => new(Guid.NewGuid(), name, "", kind, 0, 0, 0, 0, null, "anna", default, default);
}
