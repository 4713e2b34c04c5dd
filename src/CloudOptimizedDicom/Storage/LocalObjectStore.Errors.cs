using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Storage;

public sealed partial class LocalObjectStore
{
    private string UriOf(string name) => $"{_root}/{name}";

    // File systems have hardly anything asynchronous, so what may take its time is kept off the caller's thread.
    private async Task<T> RunAsync<T>(string operation, string name, Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfFileSystem(exception))
        {
            throw Translate(operation, name, exception);
        }
    }

    private void Require(string operation, ObjectPath path, ObjectPrecondition precondition, FileState? live)
    {
        if (!precondition.HoldsFor(live?.Generation))
        {
            throw new PreconditionFailedException(operation, UriOf(path.Name), precondition);
        }
    }

    // What was done is seen by others already, so that a failure to flush it cannot be told as one that has changed nothing.
    private void FlushApplied(string operation, ObjectPath path)
    {
        try
        {
            _folders.Flush(Path.GetDirectoryName(path.FilePath)!);
        }
        catch (Exception exception) when (IsOfFileSystem(exception))
        {
            throw new ObjectRequestException(
                operation, UriOf(path.Name), $"it was done, but may not survive a power cut ({exception.Message.TrimEnd('.')})", exception)
            {
                MayHaveApplied = true,
            };
        }
    }

    private static bool IsOfFileSystem(Exception exception) => exception is IOException or UnauthorizedAccessException;

    private ObjectRequestException Translate(string operation, string name, Exception exception) =>
        new(operation, UriOf(name), exception.Message.TrimEnd('.'), exception);
}
