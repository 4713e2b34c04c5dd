using Microsoft.Extensions.Logging;

namespace CloudOptimizedDicom.Diagnostics;

/// <summary>Everything that the library logs. Event ids never change their meaning.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1001, LogLevel.Warning, "{Series} was closed with {New} new instances that were not synced; they are discarded.")]
    public static partial void PendingChangesDiscarded(this ILogger logger, string series, int @new);

    [LoggerMessage(1002, LogLevel.Error, "The lock of {Series} could not be released and stays.")]
    public static partial void LockNotReleased(this ILogger logger, Exception error, string series);

    [LoggerMessage(1003, LogLevel.Warning, "The lock of {Series} was broken by somebody else while it was held.")]
    public static partial void LockWasBroken(this ILogger logger, string series);

    [LoggerMessage(1004, LogLevel.Warning, "The lock of {Series} stays, because what it was held for may have reached the store and did not end.")]
    public static partial void LockLeftBehind(this ILogger logger, string series);

    [LoggerMessage(1005, LogLevel.Information, "{Series}: {Instances} instances, {Bytes} bytes written.")]
    public static partial void Synced(this ILogger logger, string series, int instances, long bytes);

    [LoggerMessage(1006, LogLevel.Debug, "The {Operation} of {Uri} failed at attempt {Attempt} ({Error}) and is tried again in {Delay}.")]
    public static partial void RequestRepeated(this ILogger logger, string operation, string uri, int attempt, TimeSpan delay, string error);

    [LoggerMessage(1007, LogLevel.Warning, "The lock of {Series}, held by {Holder}, was taken over: it names no instance and is old.")]
    public static partial void LockOverridden(this ILogger logger, string series, object holder);

    [LoggerMessage(1008, LogLevel.Warning, "{Uri} could not be deleted. No metadata names it any more.")]
    public static partial void ObjectNotDeleted(this ILogger logger, Exception error, string uri);

    [LoggerMessage(1009, LogLevel.Warning, "{Path} was to be deleted and stays: {Reason}.")]
    public static partial void OriginKept(this ILogger logger, string path, string reason);

    [LoggerMessage(1010, LogLevel.Warning, "{Series} could not be proven to be stored, so {Count} files that were to be deleted stay: {Reason}.")]
    public static partial void OriginsUnproven(this ILogger logger, string series, int count, string reason);

    [LoggerMessage(1011, LogLevel.Warning, "{Series} comes in more than one group, because its instances are further apart than {MaxWaiting} others. Each group costs opening the series and rewriting its archive; sorted by series, the input would cost less.")]
    public static partial void PoorlyGrouped(this ILogger logger, SeriesId series, int maxWaiting);
}
