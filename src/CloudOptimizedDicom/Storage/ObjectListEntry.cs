namespace CloudOptimizedDicom.Storage;

/// <summary>One line of a listing.</summary>
/// <param name="Name">The object's name, or a folded prefix with the delimiter at its end.</param>
/// <param name="Object">The object; <see langword="null"/> for a folded prefix.</param>
public readonly record struct ObjectListEntry(string Name, ObjectInfo? Object);
