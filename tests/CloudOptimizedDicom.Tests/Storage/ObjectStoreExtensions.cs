using System.Text;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Storage;

internal static class ObjectStoreExtensions
{
    public static Task<ObjectInfo> WriteAsync(
        this IObjectStore store, string name, string text = "bytes", ObjectPrecondition precondition = default) =>
        store.UploadAsync(name, ObjectUpload.FromMemory(Encoding.UTF8.GetBytes(text)), precondition);

    /// <summary>The bytes as text; <see langword="null"/> for no object.</summary>
    public static async Task<string?> ReadAsync(this IObjectStore store, string name, ObjectReadOptions? options = null)
    {
        if (await store.OpenReadAsync(name, options) is not { } content)
        {
            return null;
        }

        await using (content)
        {
            return await content.ReadTextAsync();
        }
    }

    public static async Task<string> ReadTextAsync(this ObjectContent content)
    {
        using var bytes = new MemoryStream();
        await content.Content.CopyToAsync(bytes);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>Names in the order of the listing.</summary>
    public static async Task<List<string>> ListNamesAsync(this IObjectStore store, string prefix = "", string delimiter = "") =>
        await store.ListAsync(prefix, delimiter).Select(entry => entry.Name).ToListAsync();
}
