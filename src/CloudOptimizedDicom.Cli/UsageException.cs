namespace CloudOptimizedDicom.Cli;

/// <summary>What the user asked for makes no sense, although it could be parsed.</summary>
internal sealed class UsageException(string message) : Exception(message);
