using System.Buffers.Binary;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// The right to change some folders. Its file also keeps the highest generation that was deleted there, so that generations
/// grow even when all else that a folder had is gone.
/// </summary>
internal sealed class FolderLock(FileStream file, SemaphoreSlim gate, FolderFlushes folders, IFileSteps steps) : IDisposable
{
    /// <summary>Every new generation must be higher.</summary>
    public long HighestDeleted { get; private set; } = Read(file);

    /// <summary>Remembers that a generation is about to be deleted; it is on the disk before the deletion is.</summary>
    public void Remember(long generation)
    {
        if (generation <= HighestDeleted)
        {
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, generation);
        RandomAccess.Write(file.SafeFileHandle, bytes, fileOffset: 0);
        steps.FlushFile(file.SafeFileHandle, file.Name);
        folders.FlushChanged(Path.GetDirectoryName(file.Name)!);
        HighestDeleted = generation;
    }

    public void Dispose()
    {
        file.Dispose();
        gate.Release();
    }

    private static long Read(FileStream file)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        int count = RandomAccess.Read(file.SafeFileHandle, bytes, fileOffset: 0);
        long value = count == bytes.Length ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
        return value >= 0 && value < FileState.MaxGeneration ? value : 0;
    }
}
