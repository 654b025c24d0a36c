using Microsoft.Data.Sqlite;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Retrieval.Ingest;
using Platform.Web.Host;

namespace Platform.Web.Tests.Host;

public sealed class ProblemsTests
{
    public static TheoryData<Exception, int, string, string> Table => new()
    {
        { new NotFoundException("The document"), 404, "invalid_request_error", "not_found" },
        { new RunConflictException("other content"), 409, "conflict_error", "run_conflict" },
        { new ArgumentException("empty"), 400, "invalid_request_error", "invalid_argument" },
        { new UnauthorizedAccessException("no"), 403, "permission_error", "forbidden" },
        { new IngestException(IngestError.TooLarge, "x"), 413, "invalid_request_error", "file_too_large" },
        { new IngestException(IngestError.UnsupportedType, "x"), 415, "invalid_request_error", "unsupported_file_type" },
        { new IngestException(IngestError.Bomb, "x"), 422, "invalid_request_error", "unprocessable_document" },
        { new IngestException(IngestError.Encrypted, "x"), 422, "invalid_request_error", "unprocessable_document" },
        { new IngestException(IngestError.NoSpace, "x"), 507, "server_error", "no_space" },
        { new IngestException(IngestError.ModelUnavailable, "x"), 503, "unavailable_error", "model_unavailable" },
        { new ModelHostException(ModelHostErrorKind.Unavailable, "x"), 503, "unavailable_error", "model_unavailable" },
        { new ModelHostException(ModelHostErrorKind.Busy, "x"), 429, "rate_limit_error", "queue_full" },
        { new ModelHostException(ModelHostErrorKind.ContextTooLong, "x"), 400, "invalid_request_error", "context_length_exceeded" },
        { new ModelHostException(ModelHostErrorKind.ModelNotFound, "x"), 404, "invalid_request_error", "model_not_found" },
        { new ModelHostException(ModelHostErrorKind.Unauthorized, "x"), 502, "server_error", "model_failed" },
        { new RunException(RunErrorKind.OutOfTime, "x"), 504, "server_error", "out_of_time" },
        { new RunException(RunErrorKind.ModelBusy, "x"), 429, "rate_limit_error", "queue_full" },
        { new IOException("full", 28), 507, "server_error", "no_space" },
        { new InvalidOperationException("a save failed", new SqliteException("full", 13)), 507, "server_error", "no_space" },
        { new InvalidOperationException("secret"), 500, "server_error", "internal_error" },
    };

    [Theory]
    [MemberData(nameof(Table), DisableDiscoveryEnumeration = true)]
    public void Each_error_has_its_answer(Exception error, int status, string type, string code)
    {
        var problem = Problems.Of(error);
        Assert.Equal((status, type, code), (problem.Status, problem.Type, problem.Code));
        Assert.Equal(status is 429 or 503, problem.RetryAfter is not null);
    }

    [Fact]
    public void A_wrong_argument_is_told_without_the_name_of_a_parameter() =>
        Assert.Equal("The question is empty.", Problems.Of(new ArgumentException("The question is empty.", "start")).Message);

    [Fact]
    public void An_unforeseen_error_tells_nothing_of_itself() =>
        Assert.DoesNotContain("secret", Problems.Of(new InvalidOperationException("secret")).Message, StringComparison.Ordinal);

    [Fact]
    public void Each_kind_of_each_room_has_an_answer()
    {
        Assert.All(Enum.GetValues<IngestError>(), kind => Assert.InRange(Problems.Of(new IngestException(kind, "x")).Status, 400, 599));
        Assert.All(Enum.GetValues<ModelHostErrorKind>(), kind => Assert.InRange(Problems.Of(new ModelHostException(kind, "x")).Status, 400, 599));
        Assert.All(Enum.GetValues<RunErrorKind>(), kind => Assert.InRange(Problems.Of(new RunException(kind, "x")).Status, 400, 599));
    }
}
