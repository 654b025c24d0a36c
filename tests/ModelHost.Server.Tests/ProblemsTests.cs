using Microsoft.AspNetCore.Http;
using Platform.ModelHost.Engine;

namespace Platform.ModelHost.Server.Tests;

public sealed class ProblemsTests
{
    [Theory]
    [InlineData(EngineErrorKind.ModelNotFound, 404, "model_not_found")]
    [InlineData(EngineErrorKind.BadRequest, 400, "invalid_value")]
    [InlineData(EngineErrorKind.ContextTooLong, 400, "context_length_exceeded")]
    [InlineData(EngineErrorKind.QueueFull, 429, "queue_full")]
    [InlineData(EngineErrorKind.InvalidModelFile, 503, "model_failed")]
    [InlineData(EngineErrorKind.NativesUnusable, 503, "model_failed")]
    [InlineData(EngineErrorKind.OutOfMemory, 503, "out_of_memory")]
    [InlineData(EngineErrorKind.Failed, 500, "internal_error")]
    [InlineData(EngineErrorKind.Busy, 409, "model_in_use")]
    [InlineData(EngineErrorKind.NoSpace, 507, "no_space")]
    [InlineData(EngineErrorKind.AlreadyExists, 409, "already_exists")]
    [InlineData(EngineErrorKind.WorkFailed, 500, "job_failed")]
    [InlineData(EngineErrorKind.CannotWrite, 409, "cannot_write")]
    [InlineData(EngineErrorKind.WrongState, 409, "wrong_state")]
    public void Every_kind_of_engine_error_has_its_status_and_code(EngineErrorKind kind, int status, string code)
    {
        var problem = Problems.Of(new EngineException(kind, "m"), "req_1", draining: false);
        Assert.Equal((status, code), (problem.Status, problem.Code));
    }

    [Fact]
    public void Every_kind_is_in_the_table_above() =>
        Assert.Equal(14, Enum.GetValues<EngineErrorKind>().Length);

    [Fact]
    public void A_bug_is_500_with_the_request_id_and_without_its_message()
    {
        var problem = Problems.Of(new InvalidOperationException("secret"), "req_1", draining: false);
        Assert.Equal((500, "server_error", "internal_error"), (problem.Status, problem.Type, problem.Code));
        Assert.Contains("req_1", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancellation_while_ending_is_503_not_500() =>
        Assert.Equal("shutting_down", Problems.Of(new OperationCanceledException(), "req_1", draining: true).Code);

    [Fact]
    public async Task A_wait_is_sent_in_whole_seconds_and_never_as_zero()
    {
        var http = new DefaultHttpContext();
        await Problems.WriteAsync(http, Problems.Of(new EngineException(EngineErrorKind.QueueFull, "m") { RetryAfter = TimeSpan.FromMilliseconds(10) }, "req_1", draining: false));
        Assert.Equal("1", http.Response.Headers.RetryAfter);
    }
}
