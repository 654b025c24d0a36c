namespace Platform.Agents.Tools.Tables;

/// <summary>A query that has no answer.</summary>
internal sealed class QueryFaultException(QueryFault fault) : Exception($"The query has no answer: {fault}.")
{
    public QueryFault Fault => fault;
}
