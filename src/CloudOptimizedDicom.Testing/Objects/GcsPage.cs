namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>A page of a listing, in the order of the names' UTF-8 bytes.</summary>
/// <param name="Items">The objects.</param>
/// <param name="Prefixes">Folded names, each with the delimiter at its end.</param>
/// <param name="NextPageToken">Asks for what follows; <see langword="null"/> when nothing does.</param>
public sealed record GcsPage(IReadOnlyList<GcsObject> Items, IReadOnlyList<string> Prefixes, string? NextPageToken);
