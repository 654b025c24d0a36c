using Platform.Retrieval.Access;

namespace Platform.Retrieval.Bases;

/// <summary>Creates, lists, renames and deletes knowledge bases.</summary>
public sealed class KnowledgeBases
{
    /// <summary>Those that the caller may read, by name.</summary>
    public Task<IReadOnlyList<KnowledgeBase>> ListAsync(Caller caller, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Throws NotFoundException.</summary>
    public Task<KnowledgeBase> GetAsync(Caller caller, Guid baseId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Name 1 to 100 characters, unique for its owner; ArgumentException says what is wrong.</summary>
    public Task<KnowledgeBase> CreateAsync(Caller caller, string name, string description, bool shared, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<KnowledgeBase> UpdateAsync(Caller caller, Guid baseId, string name, string description, bool shared, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Deletes the base, its documents, passages, vectors and files.</summary>
    public Task DeleteAsync(Caller caller, Guid baseId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>True when the caller may add to and delete from the base.</summary>
    public Task<bool> CanChangeAsync(Caller caller, Guid baseId, CancellationToken cancellation) => throw new NotImplementedException();
}
